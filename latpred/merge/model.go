package merge

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// components are the variances of the model, of logarithms.
type components struct {
	label  float64 // e: of an anchor's label in a group
	known  bool    // whether label is more than a guess
	drift  float64 // d: of a group about its session
	anchor float64 // v: of an anchor in a session
	// degrees of freedom of label and anchor; at least a small number, so that nothing is
	// divided by 0
	labelDF, anchorDF float64
	perGroups         float64 // mean over the sessions of 1 / groups
}

// fitted is the model of joined sessions.
type fitted struct {
	components
	common  []float64   // by session: its weight in the common scale, summing to 1
	scales  []float64   // c, about the common scale
	widths  []float64   // half of the scales' 95 % intervals
	factors [][]float64 // by session, by group: c + d
}

// fit estimates the model from tables of logarithms, by session, group and anchor. rounds
// is the variance of a label as the rounds tell it, with its degrees of freedom. common are
// the sessions' weights in the common scale.
func fit(logs [][][]float64, rounds, roundsDF float64, common []float64) fitted {
	f := fitted{common: common}
	f.estimate(logs, rounds, roundsDF)
	means := make([]float64, len(logs))
	levels := make([][]float64, len(logs))
	for s, groups := range logs {
		for _, row := range groups {
			levels[s] = append(levels[s], stat.Mean(row, nil))
		}
		means[s] = stat.Mean(levels[s], nil)
	}
	middle := floats.Dot(common, means)
	f.widths = f.halfWidths(logs)
	anchors := float64(len(logs[0][0]))
	keep := 0.
	if f.drift > 0 {
		keep = f.drift / (f.drift + f.label/anchors)
	}
	for s := range logs {
		c := means[s] - middle
		f.scales = append(f.scales, c)
		var factors []float64
		for _, level := range levels[s] {
			factors = append(factors, c+keep*(level-means[s]))
		}
		f.factors = append(f.factors, factors)
	}
	return f
}

// estimate fills in the variances, by the method of moments.
func (f *fitted) estimate(logs [][][]float64, rounds, roundsDF float64) {
	anchors := len(logs[0][0])
	var within, levels []float64 // squares
	var groupDF float64
	profiles := mat.NewDense(len(logs), anchors, nil)
	for s, groups := range logs {
		table := mat.NewDense(len(groups), anchors, nil)
		for g, row := range groups {
			table.SetRow(g, row)
		}
		residuals, rowMeans, columnMeans := doublyCentred(table)
		within = append(within, residuals...)
		m := stat.Mean(rowMeans, nil)
		for _, v := range rowMeans {
			levels = append(levels, (v-m)*(v-m))
		}
		groupDF += float64(len(groups) - 1)
		f.perGroups += 1 / float64(len(groups)) / float64(len(logs))
		profiles.SetRow(s, columnMeans)
	}
	f.label, f.labelDF, f.known = rounds, max(1, roundsDF), roundsDF > 0
	if df := groupDF * float64(anchors-1); df > 0 {
		f.known = true
		if between := floats.Sum(within) / df; between > f.label {
			f.label, f.labelDF = between, df
		}
	}
	if groupDF > 0 {
		f.drift = max(0, floats.Sum(levels)/groupDF-f.label/float64(anchors))
	}
	apart, _, _ := doublyCentred(profiles)
	f.anchorDF = max(1, float64((len(logs)-1)*(anchors-1)))
	f.anchor = max(0, floats.Sum(apart)/f.anchorDF-f.label*f.perGroups)
}

// doublyCentred returns the squares of a table's entries after row and column effects are
// taken away, and the means of rows and of columns.
func doublyCentred(table *mat.Dense) (squares, rowMeans, columnMeans []float64) {
	rows, columns := table.Dims()
	for r := range rows {
		rowMeans = append(rowMeans, stat.Mean(mat.Row(nil, r, table), nil))
	}
	for c := range columns {
		columnMeans = append(columnMeans, stat.Mean(mat.Col(nil, c, table), nil))
	}
	all := stat.Mean(rowMeans, nil)
	for r := range rows {
		for c := range columns {
			v := table.At(r, c) - rowMeans[r] - columnMeans[c] + all
			squares = append(squares, v*v)
		}
	}
	return squares, rowMeans, columnMeans
}

// level is the probability that an interval promises.
const level = .95

// halfWidths are half the widths of the scales' intervals, by Satterthwaite: the variance of
// a scale is a sum of the profiles' variance, which v and e make up together, and a rest of e.
func (f *fitted) halfWidths(logs [][][]float64) []float64 {
	anchors := float64(len(logs[0][0]))
	widths := make([]float64, len(logs))
	for s := range logs {
		var ofAnchor, ofLabel float64 // coefficients of the two variances
		for k, groups := range logs {
			part := -f.common[k]
			if k == s {
				part++
			}
			ofAnchor += part * part / anchors
			ofLabel += part * part / anchors / float64(len(groups))
		}
		profile, rest := 0., ofLabel*f.label
		if f.anchor > 0 {
			profile = ofAnchor * (f.anchor + f.label*f.perGroups)
			rest -= ofAnchor * f.label * f.perGroups
		}
		variance := profile + rest
		if variance <= 0 {
			continue
		}
		df := math.Inf(1)
		if inverse := square(profile/variance)/f.anchorDF + square(rest/variance)/f.labelDF; inverse > 0 {
			df = 1 / inverse
		}
		widths[s] = studentQuantile(df) * math.Sqrt(variance)
	}
	return widths
}

func square(v float64) float64 { return v * v }

// studentQuantile is the upper end of a standardised interval with df degrees of freedom.
func studentQuantile(df float64) float64 {
	const p = (1 + level) / 2
	if df > 1e6 {
		return distuv.UnitNormal.Quantile(p)
	}
	return distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(p)
}
