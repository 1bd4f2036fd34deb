package nas

import "slices"

// Front keeps the candidates that none of all beats: no other is as fast and more
// accurate, or faster and as accurate. Latency and accuracy of the result both
// ascend; of equal ones the first is kept.
func Front(all []Candidate) []Candidate {
	var front []Candidate
	for _, c := range all {
		front = insert(front, c)
	}
	return front
}

// insert takes c into a front, unless one is as good, and drops what it beats.
func insert(front []Candidate, c Candidate) []Candidate {
	if c.LatencyMs != c.LatencyMs || c.Accuracy != c.Accuracy { // NaN
		return front
	}
	// at is the first that is slower than c.
	at, _ := slices.BinarySearchFunc(front, c, func(have, c Candidate) int {
		if have.LatencyMs <= c.LatencyMs {
			return -1
		}
		return 1
	})
	if at > 0 && front[at-1].Accuracy >= c.Accuracy {
		return front
	}
	from := at
	if at > 0 && front[at-1].LatencyMs == c.LatencyMs {
		from--
	}
	to := at
	for to < len(front) && front[to].Accuracy <= c.Accuracy {
		to++
	}
	return slices.Replace(front, from, to, c)
}

// Hypervolume is the area, in milliseconds times share, between a front and a
// reference point that is worse than all of it: what the front is worth as a
// whole. Candidates beyond the point count nothing.
func Hypervolume(candidates []Candidate, worstMs, worstAccuracy float64) float64 {
	var area float64
	front := Front(candidates)
	for i, c := range front {
		right := worstMs
		if i+1 < len(front) {
			right = min(right, front[i+1].LatencyMs)
		}
		if right > c.LatencyMs && c.Accuracy > worstAccuracy {
			area += (right - c.LatencyMs) * (c.Accuracy - worstAccuracy)
		}
	}
	return area
}
