package nas

import "slices"

// Front returns the Pareto front: the candidates that no other one dominates, that is for
// which no other is at least as fast and at least as accurate, and better in one of the
// two. Latency and accuracy of the result both ascend. Of candidates that are equal in both
// the first is kept; those with a NaN are left out.
func Front(all []Candidate) []Candidate {
	var front []Candidate
	for _, c := range all {
		front = insert(front, c)
	}
	return front
}

// insert adds c to a front, unless one there dominates or equals it, and removes those that
// c dominates. It may reuse front.
func insert(front []Candidate, c Candidate) []Candidate {
	if c.LatencyMs != c.LatencyMs || c.Accuracy != c.Accuracy { // NaN
		return front
	}
	// at is the index of the first that is slower than c.
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

// Hypervolume is the area that the front of candidates dominates, up to the reference
// point of latency worstMs and accuracy worstAccuracy, in milliseconds times the unit of
// accuracy: larger is better. Candidates worse than the point in latency or accuracy add
// nothing.
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
