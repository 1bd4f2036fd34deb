package lab

import (
	"fmt"
	"math"
)

// costClaims are those of lessons 5 and 6.
var costClaims = []claim{
	{"05 a constant", func(r *record) string {
		const rtx = "RTX 2080 Ti"
		apart, released := r.published("figure7", rtx+": largest less smallest prediction"), r.checkpoint("figure7", "Tesla P40: largest less smallest prediction")
		raw, scaled := r.published("figure7", rtx+paperRMSE), r.corrected("figure7", rtx+paperRMSE)
		r.holds(apart < .2 && released < .2, "predictions for one card lie within 0.2 ms")
		r.holds(scaled < raw/5, "the corrected network's error is less than a fifth")
		return fmt.Sprintf("As published our predictions for all networks on the RTX 2080 Ti lie within %.2g ms of each other; the released checkpoint's for the P40 within %.2g. The mean absolute error of %.2f ms on the RTX 2080 Ti is the spread of the measurements. The corrected network's is %.3f ms, %.0f times less.",
			apart, released, raw, scaled, raw/scaled)
	}},
	{"05 a card never measured", func(r *record) string {
		lowRank, low, high, better := math.Inf(1), math.Inf(1), math.Inf(-1), 0
		sets := []string{"RTX 2080 Ti, OFA", "Tesla P40, OFA", "RTX 2080 Ti, batch 64 (HELP)", "Titan RTX, batch 64 (HELP)", "Titan Xp, batch 64 (HELP)"}
		for _, set := range sets {
			q := set + ", never measured: "
			network, nearest := r.corrected("figure7", q+"MAPE"), r.best("figure7", q+"MAPE")
			lowRank = min(lowRank, r.corrected("figure7", q+"Spearman"))
			low, high = min(low, network), max(high, network)
			if nearest < network {
				better++
			}
		}
		r.holds(lowRank > .9, "every rank correlation is above 0.9")
		r.holds(high > 20, "an error is above 20 %")
		r.holds(better > 0 && better < len(sets), "the nearest card is better for some and worse for others")
		return fmt.Sprintf("The order of networks comes out well: the lowest rank correlation of the five is %.3f. The scale does not: the network's mean errors lie between %.1f and %.1f %%. The nearest card's latencies, scaled by the ratio of bandwidths with no network at all, are better for %d of the five.",
			lowRank, low, high, better)
	}},
	{"06 what a label costs", func(r *record) string {
		const passes = 15
		table, used := r.published("figure6", "table, 17 resolutions"), r.published("figure6", "table, the 5 in use")
		many, few := r.published("figure6", "7000 labels"), r.published("figure6", "700 labels")
		repeated := r.corrected("figure6", "7000 labels")
		r.holds(math.Abs(repeated/many-passes) < .1, "a label takes 15 passes")
		r.holds(few < used && used < many && many < table, "700 labels, five resolutions, 7,000 labels and the table come in this order")
		return fmt.Sprintf("With one pass each: the table %.0f s, of which the five resolutions in use %.0f s; 7,000 labels %.0f s; 700 labels %.0f s. With %d passes each, for table and labels alike: %.0f, %.0f, %.0f and %.0f s. The order is the same. The table's file says how often an entry was timed, and not how many passes that took: charged with one pass, beside labels with %d, a table would seem cheap.",
			table, used, many, few, passes, passes*table, passes*used, repeated, passes*few, passes)
	}},
	{"06 one answer", func(r *record) string {
		device := r.published("table5", "measuring, AMD EPYC, compilation included")
		fastest, slowest := math.Inf(1), math.Inf(-1)
		for _, way := range []string{"table, sum over the layers", "closed form", "network, one at a time", "network on xla:cpu, one at a time", "network on xla:cpu, 8,192 at once"} {
			us := r.published("table5", way)
			fastest, slowest = min(fastest, us), max(slowest, us)
		}
		single, many := r.published("table5", "network on xla:cpu, one at a time"), r.published("table5", "network on xla:cpu, 8,192 at once")
		r.holds(device > 1e3*slowest, "every way is a thousand times faster than measuring")
		r.holds(single > 10*many, "many at once take less than a tenth each")
		return fmt.Sprintf("As recorded, the slowest way takes %.3g µs for an answer and the fastest %.2g; the network on XLA %.3g µs for one alone and %.2g for each of 8,192. Measuring a network on our own processor took %.1f s: %.1f to %.1f powers of ten longer.",
			slowest, fastest, single, many, device/1e6, math.Log10(device/slowest), math.Log10(device/fastest))
	}},
}
