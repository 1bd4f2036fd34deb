package lab

import (
	"fmt"
	"math"
)

// trainingClaims are those of lessons 2 and 3.
var trainingClaims = []claim{
	{"02 what an RMSE is", func(r *record) string {
		q := "RTX 2080 Ti: "
		printed, mae, rmse := r.paper("table1", q+"what the paper calls RMSE"), r.checkpoint("table1", q+"MAE"), r.checkpoint("table1", q+"RMSE")
		r.holds(math.Abs(mae-printed) < .002, "the released weights' mean absolute error is what is printed")
		r.holds(rmse > 1.1*mae, "their RMSE is larger by a tenth and more")
		return fmt.Sprintf("On the RTX 2080 Ti the released weights have a mean absolute error of %.4f ms, which the paper prints as an RMSE of %.3g ms. Their RMSE is %.3f ms.", mae, printed, rmse)
	}},
	{"02 Table 1", func(r *record) string {
		const rmse = ": RMSE"
		phone, phoneBest := r.corrected("table1", "Note10"+rmse), r.best("table1", "Note10"+rmse)
		rtx, rtxBest := r.published("table1", "RTX 2080 Ti"+rmse), r.best("table1", "RTX 2080 Ti"+rmse)
		p40, p40Best := r.published("table1", "Tesla P40"+rmse), r.best("table1", "Tesla P40"+rmse)
		xeon, xeonSound, xeonBest := r.published("table1", "Intel Xeon"+rmse), r.corrected("table1", "Intel Xeon"+rmse), r.best("table1", "Intel Xeon"+rmse)
		r.holds(phoneBest < phone/100, "a table's error on the Note10 is a hundredth of the network's")
		r.holds(rtxBest < rtx && p40Best < p40/2, "a table is better on the 2080 Ti, and twice as good on the P40")
		r.holds(xeonSound > 3*xeon && xeonBest > 3*xeon, "the corrected errors on the Xeon are more than three times the published one")
		return fmt.Sprintf("Recorded at full size, RMSE in ms. Note10: the table %.2g, the network, corrected, %.3f. RTX 2080 Ti: as published %.3f; a table that knows the launch queue (lesson 9) %.3f. P40: as published %.3f, such a table %.3f. Xeon: as published %.1f; corrected %.1f, and our best is no better, %.1f.",
			phoneBest, phone, rtx, rtxBest, p40, p40Best, xeon, xeonSound, xeonBest)
	}},
	{"02 size, RTX 2080 Ti", func(r *record) string {
		var rows []int
		for _, n := range []int{1000, 2000, 3000, 4000, 5000, 6000, 7000} {
			q := fmt.Sprintf("RTX 2080 Ti, %d rows: what the paper calls RMSE", n)
			if r.best("size-rtx", q) < r.corrected("size-rtx", q) {
				rows = append(rows, n)
			}
		}
		first := "RTX 2080 Ti, 1000 rows: what the paper calls RMSE"
		network, form := r.corrected("size-rtx", first), r.best("size-rtx", first)
		r.holds(form > 2*network, "with 1,000 rows the closed form has more than twice the network's error")
		r.holds(len(rows) > 3, "the closed form is better at most sizes")
		from := 0
		if rows != nil {
			from = rows[0]
		}
		return fmt.Sprintf("On the 2080 Ti the closed form needs enough rows to know all of its 900 times: with 1,000 rows its mean absolute error is %.3g ms, the network's, which shares what it learns between slots, %.3g. From %d rows on the closed form is better (sizes where it is: %v).",
			form, network, from, rows)
	}},
	{"02 size, Xeon", func(r *record) string {
		few, many := "Intel Xeon, 1000 rows: what the paper calls RMSE", "Intel Xeon, 7000 rows: what the paper calls RMSE"
		paperFew, paperMany := r.paper("figure4b", few), r.paper("figure4b", many)
		soundFew, soundMany := r.corrected("figure4b", few), r.corrected("figure4b", many)
		r.holds(paperMany < paperFew/3, "the paper's curve falls to less than a third")
		r.holds(soundMany > soundFew/2, "the corrected curve doesn't halve")
		return fmt.Sprintf("The Xeon's curve in the paper falls from %.3g ms with 1,000 rows to %.3g with 7,000. That is the network learning to recognise its 243 networks. Corrected it is %.3g ms with 1,000 and %.3g with 7,000: ignorance of the resolution keeps it there, however many rows there are.",
			paperFew, paperMany, soundFew, soundMany)
	}},
	{"03 stopping early", func(r *record) string {
		const val, test, epochs = "validation RMSE, whole set", "test: RMSE", "epochs in all"
		grid := r.published("tuning", "validation RMSE, smallest of all trials")
		stopping, promotion := r.corrected("tuning", val), r.best("tuning", val)
		chosen, stoppingTest, promotionTest := r.published("tuning", test), r.corrected("tuning", test), r.best("tuning", test)
		all, stoppingEpochs, promotionEpochs := r.published("tuning", epochs), r.corrected("tuning", epochs), r.best("tuning", epochs)
		r.holds(stoppingEpochs < all/5 && promotionEpochs < all/5, "both rules train less than a fifth of the epochs")
		r.holds(min(stopping, promotion) > 1.05*grid, "neither rule comes within 5 % of the grid's best configuration")
		r.holds(min(stoppingTest, promotionTest) > 1.05*chosen, "what they choose is worse on the test rows, too")
		return fmt.Sprintf("Recorded at full size, one seed: of %.0f epochs the stopping rule trains %.0f, the promotion rule %.0f. They save nearly all of the time, and it costs something: the best configuration of the grid validates at %.3f ms, theirs at %.3f (%+.0f %%) and %.3f (%+.0f %%). On the test rows theirs have an RMSE of %.3f (%+.0f %%) and %.3f ms (%+.0f %%), and the one that the grid chose by its last batch %.3f.",
			all, stoppingEpochs, promotionEpochs, grid, stopping, more(stopping, grid), promotion, more(promotion, grid),
			stoppingTest, more(stoppingTest, chosen), promotionTest, more(promotionTest, chosen), chosen)
	}},
}
