package lab

import "fmt"

// beyondClaims are those of lessons 9 and 10.
var beyondClaims = []claim{
	{"09 the cards", func(r *record) string {
		p40, rtx := r.best("better", "P40, file order: MAE"), r.best("better", "RTX 2080 Ti, file order: MAE")
		p40Network, rtxNetwork := r.published("table1", "Tesla P40: MAE"), r.published("table1", "RTX 2080 Ti: MAE")
		r.holds(p40 < p40Network/3 && rtx < rtxNetwork/2, "tables with a clock have less than a third and less than half of the networks' errors")
		return fmt.Sprintf("Mean absolute errors on the authors' last rows: P40 %.3f ms where the paper's network, trained as published, has %.3f; RTX 2080 Ti %.3f where it has %.3f.", p40, p40Network, rtx, rtxNetwork)
	}},
	{"09 the host's state", func(r *record) string {
		unknown, known := r.best("better", "RTX 2080 Ti, file order, training rows only: MAE"), r.best("better", "RTX 2080 Ti, file order: MAE")
		online := r.best("better", "RTX 2080 Ti, file order, host's state followed online: MAE")
		r.holds(known < unknown/2 && online < known, "knowing the state halves the error, following it lowers it further")
		return fmt.Sprintf("From the training rows alone the best guess is the mean over both states, %.3f ms off, since the state of the test rows is not in them. With the state of the validation rows the error is %.3f ms, followed online, each row seen before the next is predicted, %.3f.", unknown, known, online)
	}},
	{"09 ten measurements", func(r *record) string {
		ten := r.best("better", "Note10 to RTX 2080 Ti, 10 rows of the session: MAE")
		printed, sound := r.paper("table2", "Note10 → RTX 2080 Ti"+paperRMSE), r.corrected("table2", "Note10 → RTX 2080 Ti"+paperRMSE)
		r.holds(ten < printed && ten < sound, "ten rows of the session are better than the paper's 700")
		return fmt.Sprintf("From the Note10 to the RTX 2080 Ti ten chosen rows of the test rows' own session come to %.3f ms; the paper prints %.3f for 700 rows, and its network, corrected, has %.3f.", ten, printed, sound)
	}},
	{"10 table and adapted", func(r *record) string {
		adapted, table := r.best("device", "adapted, designed rows, 10: MAPE"), r.best("device", "table of its layers, calibrated, 10: MAPE")
		power := r.best("device", "power law of a source, 10: MAPE")
		r.holds(table < adapted && adapted < power, "table, adapted predictor and power law come in this order")
		return fmt.Sprintf("On the shipped processor, mean absolute percentage errors from ten measured networks: its own table of layers, calibrated, %.1f %%; adapted from other devices, with no table, %.1f %%; a power law of another device %.1f %%.", table, adapted, power)
	}},
}
