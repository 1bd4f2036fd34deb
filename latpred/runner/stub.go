package runner

import ("context";"time")

type Heat struct{MaxC float64; Wait time.Duration}

func (h Heat) withDefaults() Heat { return h }
func openPhone(ctx context.Context, o Options) (engine, hello, error) { return nil, hello{}, nil }
func openTrtexec(ctx context.Context, o Options) (engine, hello, error) { return nil, hello{}, nil }
