package lab

import (
	"fmt"
	"strings"
)

// beyondClaims are those of lessons 9 to 11.
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
	{"11 twenty measurements", func(r *record) string {
		var tasks []string
		for _, task := range []string{"FD", "F1", "ND"} {
			q := task + ", 20 random rows: "
			rank, published := r.best("transfer", q+"rank correlation"), r.paper("transfer", q+"rank correlation")
			off, held := r.best("transfer", q+"median relative error"), r.best("transfer", q+"90 % interval holds")
			r.holds(rank > published, "the rank correlation of "+task+" is above NASFLAT's")
			r.holds(held > 80 && held <= 100, "the intervals of "+task+" hold about what they promise")
			tasks = append(tasks, fmt.Sprintf("%s %.3f, where NASFLAT has %.3f, with a median error of %.1f %% and intervals that hold %.0f %%", task, rank, published, off, held))
		}
		return "Recorded at full size, from 20 random networks: " + strings.Join(tasks, "; ") + "."
	}},
	{"11 what each part brings", func(r *record) string {
		part := func(name string) float64 { return r.best("transfer", name+": mean rank correlation over the tasks") }
		all, physics, sources := part("all"), part("no physics"), part("no sources")
		r.holds(all > physics && all > sources, "costs and sources both help")
		r.holds(all-physics > all-sources, "costs bring more than sources")
		random, designed := r.best("transfer", "mean over the tasks, 5 random rows: rank correlation"), r.best("transfer", "mean over the tasks, 5 designed rows: rank correlation")
		r.holds(designed > random, "a design helps with five networks")
		return fmt.Sprintf("Recorded at full size, the mean rank correlation over all tasks from 20 random networks is %.3f; without costs it is %.3f, without sources %.3f. From five networks it is %.3f, and %.3f if these are designed.", all, physics, sources, random, designed)
	}},
}
