package fewshot

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/mat"
)

// designNoise is the standard deviation of a measurement that Design assumes, as a fraction
// of the measurement.
const designNoise = .02

// Design chooses n architectures of pool to measure on a device of which nothing is known
// except that it is similar to the sources. It is greedy: each next architecture is the one
// that lowers the mean posterior variance over the pool most. It returns indexes of pool in
// the order of choice, so that the first ones are a design for fewer. A pool of some
// hundred is enough; the result is deterministic. It errs if n is below 1 or above the size
// of the pool, or no source covers the whole pool.
func Design(sources []Source, pool []space.Arch, n int) ([]int, error) {
	if n < 1 || n > len(pool) {
		return nil, fmt.Errorf("fewshot: a design of %d from a pool of %d", n, len(pool))
	}
	z, err := designRows(sources, pool)
	if err != nil {
		return nil, err
	}
	rows, _ := z.Dims()
	var k mat.Dense // covariance of the pool, given what was chosen
	k.Mul(z, z.T())
	chosen := make([]int, 0, n)
	taken := make([]bool, rows)
	for range n {
		best, gain := -1, math.Inf(-1)
		for i := range rows {
			if taken[i] {
				continue
			}
			var g float64
			for _, v := range k.RawRowView(i) {
				g += v * v
			}
			if g /= k.At(i, i) + designNoise*designNoise; g > gain {
				best, gain = i, g
			}
		}
		taken[best] = true
		chosen = append(chosen, best)
		line := append([]float64(nil), k.RawRowView(best)...)
		d := line[best] + designNoise*designNoise
		for i := range rows {
			f := line[i] / d
			if f == 0 {
				continue
			}
			row := k.RawRowView(i)
			for j, v := range line {
				row[j] -= f * v
			}
		}
	}
	return chosen, nil
}

// designRows gives the columns of each architecture of the pool, multiplied by their prior
// standard deviations and averaged over the sources that cover the pool.
func designRows(sources []Source, pool []space.Arch) (*mat.Dense, error) {
	c := columnsOf(pool[0].Family)
	coarse, sd := c.coarse, c.priors(0)
	z := mat.NewDense(len(pool), coarse, nil)
	row := make([]float64, coarse)
	covering := 0
	var last error
	for s := range sources {
		base := Base{Parts: []Part{{s, 1}}, CentreMs: 1, columns: c}
		these := mat.NewDense(len(pool), coarse, nil)
		var centre float64
		last = nil
		for i, a := range pool {
			segs, ms, err := sources[s].segmentsMs(a)
			if err != nil {
				last = err
				break
			}
			one, err := base.baseline(a, segs, func(int) ([]float64, error) { return ms, nil })
			if err != nil {
				last = err
				break
			}
			base.fill(row, &one, false)
			centre += math.Log(one.labelMs) / float64(len(pool))
			these.SetRow(i, row)
		}
		if last != nil {
			continue
		}
		for i := range pool {
			these.Set(i, colPower, these.At(i, colPower)-centre)
			for k := range coarse {
				these.Set(i, k, these.At(i, k)*sd[k])
			}
		}
		z.Add(z, these)
		covering++
	}
	if covering == 0 {
		return nil, fmt.Errorf("fewshot: no source covers the pool: %w", last)
	}
	z.Scale(1/float64(covering), z)
	return z, nil
}
