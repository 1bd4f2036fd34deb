package measure

import "context"

// enough reports whether Campaign.Enough is closed.
func (c *Campaign) enough() bool {
	select {
	case <-c.Enough:
		return true
	default:
		return false
	}
}

// untilEnough is ctx for what comes before the rounds of a group: it ends with
// Campaign.Enough too.
func (c *Campaign) untilEnough(ctx context.Context) (context.Context, context.CancelFunc) {
	early, cancel := context.WithCancel(ctx)
	if c.Enough != nil {
		go func() {
			select {
			case <-c.Enough:
				cancel()
			case <-early.Done():
			}
		}()
	}
	return early, cancel
}

// reason is why what comes before the rounds failed with err.
func (c *Campaign) reason(ctx context.Context, err error) error {
	if ctx.Err() == nil && c.enough() {
		return ErrEnough
	}
	return err
}
