package space

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// registry holds the spaces and their families in the order of registration.
var registry struct {
	sync.RWMutex
	spaces   []*Space
	families []*Family
}

func init() {
	for _, list := range [][]*Space{ofaSpaces(), nasBench201Spaces(), fbnetSpaces()} {
		for _, s := range list {
			MustRegister(s)
		}
	}
}

// Register adds a space, and its family, to those that All, ByID, Families and Parse
// know. The first space of a family is its Reference and should allow every choice of
// the family. It errs if the space is not consistent, if its ID is taken, or if another
// family has its family's ID. Register spaces before anything else, for example in an
// init function.
func Register(s *Space) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("space %s: %w", s.ID, err)
	}
	registry.Lock()
	defer registry.Unlock()
	if slices.ContainsFunc(registry.spaces, func(o *Space) bool { return o.ID == s.ID }) {
		return fmt.Errorf("space %s: there is one already", s.ID)
	}
	if !slices.Contains(registry.families, s.Family) {
		if slices.ContainsFunc(registry.families, func(f *Family) bool { return f.ID == s.Family.ID }) {
			return fmt.Errorf("space %s: there is another family %s already", s.ID, s.Family.ID)
		}
		registry.families = append(registry.families, s.Family)
	}
	registry.spaces = append(registry.spaces, s)
	return nil
}

// MustRegister is Register for init functions: it panics where Register errs.
func MustRegister(s *Space) {
	if err := Register(s); err != nil {
		panic("space: " + err.Error())
	}
}

// All lists every registered space, in the order of registration.
func All() []*Space {
	registry.RLock()
	defer registry.RUnlock()
	return slices.Clone(registry.spaces)
}

// Families lists the families of all registered spaces, in the order of registration.
func Families() []*Family { return slices.Clone(families()) }

// families is Families without a copy: a list that is read alone. Register appends to the
// registry's list and changes no element, so that the list stays what it is.
func families() []*Family {
	registry.RLock()
	defer registry.RUnlock()
	return registry.families
}

// ByID finds a registered space; the error lists the known IDs.
func ByID(id string) (*Space, error) {
	var ids []string
	for _, s := range All() {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return nil, fmt.Errorf("no search space %q: there are %s", id, strings.Join(ids, ", "))
}

// FamilyByID finds a registered family; the error lists the known IDs.
func FamilyByID(id string) (*Family, error) {
	for _, f := range families() {
		if f.ID == id {
			return f, nil
		}
	}
	var ids []string
	for _, f := range families() {
		ids = append(ids, f.ID)
	}
	return nil, fmt.Errorf("no family %q: there are %s", id, strings.Join(ids, ", "))
}

// Spaces lists the registered spaces of the family.
func (f *Family) Spaces() []*Space {
	return slices.DeleteFunc(All(), func(s *Space) bool { return s.Family != f })
}

// Reference is the family's first registered space. It stands for all of them where
// widths and resolutions don't matter. Reference panics if there is none.
func (f *Family) Reference() *Space {
	registry.RLock()
	defer registry.RUnlock()
	for _, s := range registry.spaces {
		if s.Family == f {
			return s
		}
	}
	panic("space: family " + f.ID + " has no space: register one")
}

// Of is the first registered space that contains a. Others may contain it too, with other
// widths. The error says why no space does.
func Of(a Arch) (*Space, error) {
	if a.Family == nil {
		return nil, errors.New("an architecture without a family is no network")
	}
	registry.RLock()
	spaces := registry.spaces // whose elements never change
	registry.RUnlock()
	for _, s := range spaces {
		if s.Family == a.Family && s.Contains(a) {
			return s, nil
		}
	}
	return nil, a.Family.Reference().Validate(a)
}

// Validate returns nil if some registered space contains a, else an error that says why
// none does.
func Validate(a Arch) error {
	_, err := Of(a)
	return err
}
