package pickle

import (
	"errors"
	"fmt"
	"strconv"
)

// step runs one instruction. Those that push a literal come first.
func (m *machine) step(op byte) error {
	if v, is, err := m.literal(op); is {
		if err == nil {
			m.push(v)
		}
		return err
	}
	switch op {
	case '\x80': // PROTO
		version, err := m.number(1)
		if err == nil && version > 5 {
			err = fmt.Errorf("protocol %d: there are 0 to 5", version)
		}
		return err
	case '\x95': // FRAME: a length, for reading ahead
		n, err := m.number(8)
		if err == nil && n > uint64(len(m.content)-m.at) {
			err = errors.New("cut short: a frame is longer than the file")
		}
		return err
	case '(': // MARK
		m.marks = append(m.marks, len(m.stack))
		return nil
	case '0': // POP: a value, or the mark if nothing is above it
		if len(m.marks) > 0 && len(m.stack) == m.floor() {
			m.marks = m.marks[:len(m.marks)-1]
			return nil
		}
		_, err := m.pop()
		return err
	case '1': // POP_MARK
		_, err := m.popMark()
		return err
	case '2': // DUP
		v, err := m.top()
		m.push(v)
		return err
	case '\x98': // READONLY_BUFFER: bytes stay bytes
		_, err := m.top()
		return err
	case 'a', 'e', '\x90', 's', 'u':
		return m.fill(op)
	case 'p', 'q', 'r', '\x94', 'g', 'h', 'j':
		return m.remember(op)
	}
	return m.build(op)
}

// fill adds values to the list or dict below them: APPEND, APPENDS, ADDITEMS, SETITEM,
// SETITEMS.
func (m *machine) fill(op byte) (err error) {
	var values []any
	switch op {
	case 'a':
		values, err = m.popN(1)
	case 's':
		values, err = m.popN(2)
	default:
		values, err = m.popMark()
	}
	if err != nil {
		return err
	}
	to, err := m.top()
	if err != nil {
		return err
	}
	if op == 's' || op == 'u' {
		return setAll(to, values)
	}
	list, ok := to.(*List)
	if !ok {
		return fmt.Errorf("damaged: items are added to %s", kind(to))
	}
	list.Items = append(list.Items, values...)
	return nil
}

// setAll sets keys and values, which alternate, in a dict.
func setAll(to any, values []any) error {
	dict, ok := to.(*Dict)
	if !ok || len(values)%2 != 0 {
		return fmt.Errorf("damaged: %d keys and values for %s", len(values), kind(to))
	}
	for i := 0; i < len(values); i += 2 {
		dict.Set(values[i], values[i+1])
	}
	return nil
}

// remember writes the topmost value to the memo (p, q, r, \x94) or pushes one of it.
func (m *machine) remember(op byte) error {
	index, err := uint64(len(m.memo)), error(nil)
	switch op {
	case 'p', 'g':
		var text string
		if text, err = m.line(); err == nil {
			if index, err = strconv.ParseUint(text, 10, 32); err != nil {
				err = errors.New("damaged: a place in the memo is no number")
			}
		}
	case 'q', 'h':
		index, err = m.number(1)
	case 'r', 'j':
		index, err = m.number(4)
	}
	if err != nil {
		return err
	}
	if op == 'g' || op == 'h' || op == 'j' {
		v, ok := m.memo[index]
		if !ok {
			return fmt.Errorf("damaged: value %d is used and was never kept", index)
		}
		m.push(v)
		return nil
	}
	m.memo[index], err = m.top()
	return err
}

// build makes a value from those on the stack.
func (m *machine) build(op byte) error {
	var v any
	var values []any
	var err error
	switch op {
	case 't', 'l', 'd', '\x91': // TUPLE, LIST, DICT, FROZENSET
		if values, err = m.popMark(); err != nil {
			return err
		}
		switch v = &(List{values}); op {
		case 't':
			v = Tuple(values)
		case 'd':
			v = &Dict{}
			err = setAll(v, values)
		}
	case '\x85', '\x86', '\x87': // TUPLE1, 2, 3
		values, err = m.popN(int(op-'\x85') + 1)
		v = Tuple(values)
	case 'Q': // BINPERSID
		if v, err = m.pop(); err == nil {
			v, err = m.load(v)
		}
	case 'P': // PERSID
		if v, err = m.line(); err == nil {
			v, err = m.load(v)
		}
	case 'c', '\x93':
		v, err = m.global(op)
	case 'b':
		return m.setState()
	default:
		v, err = m.call(op)
	}
	if err == nil {
		m.push(v)
	}
	return err
}

func (m *machine) load(id any) (any, error) {
	if m.options.Load == nil {
		return nil, errors.New("refers to values outside of it: only the program that wrote it can read it")
	}
	return m.options.Load(id)
}

// global reads a name: GLOBAL from two lines, STACK_GLOBAL from the stack.
func (m *machine) global(op byte) (Global, error) {
	if op == 'c' {
		module, err1 := m.line()
		name, err2 := m.line()
		return Global{module, name}, errors.Join(err1, err2)
	}
	values, err := m.popN(2)
	if err != nil {
		return Global{}, err
	}
	module, ok1 := values[0].(string)
	name, ok2 := values[1].(string)
	if !ok1 || !ok2 {
		return Global{}, errors.New("damaged: a class is named by no text")
	}
	return Global{module, name}, nil
}

// call makes what Python would make by calling: REDUCE, NEWOBJ, NEWOBJ_EX, INST, OBJ.
func (m *machine) call(op byte) (any, error) {
	var class any
	var args []any
	var err error
	switch op {
	case 'R', '\x81', '\x92': // a class and a tuple; NEWOBJ_EX: a dict as well
		n := 2
		if op == '\x92' {
			n = 3
		}
		values, err := m.popN(n)
		if err != nil {
			return nil, err
		}
		tuple, ok := values[1].(Tuple)
		if !ok {
			return nil, errors.New("damaged: the arguments of a class are no tuple")
		}
		class, args = values[0], append([]any{}, tuple...)
		if op == '\x92' {
			args = append(args, values[2])
		}
	case 'i': // INST
		if class, err = m.global('c'); err != nil {
			return nil, err
		}
		args, err = m.popMark()
	case 'o': // OBJ
		if args, err = m.popMark(); err == nil && len(args) == 0 {
			err = errEmpty
		}
		if err == nil {
			class, args = args[0], args[1:]
		}
	case '\x82', '\x83', '\x84':
		return nil, errors.New("uses the registry of extensions of the program that wrote it")
	default:
		return nil, fmt.Errorf("damaged, or no pickle: there is no instruction %q", op)
	}
	if err != nil {
		return nil, err
	}
	global, ok := class.(Global)
	if !ok {
		return nil, fmt.Errorf("damaged: %s is called", kind(class))
	}
	if f := m.options.Calls[global.String()]; f != nil {
		return f(args)
	}
	return Call(global.String(), args, nil)
}

// setState runs BUILD: a value gets the rest of its state.
func (m *machine) setState() error {
	values, err := m.popN(1)
	if err != nil {
		return err
	}
	of, err := m.top()
	if err != nil {
		return err
	}
	return setState(of, values[0])
}
