package hardware

import (
	"errors"
	"math"

	"github.com/ofalat/ofalat/latpred/gpu"
	"gonum.org/v1/gonum/mat"
)

// What is believed of scales before any is seen: standard deviations of natural logarithms.
// They are guesses on the wide side, made before GPUs were compared in this way: cards of a
// generation differ by a tenth or two beyond their bandwidths, generations by a factor of 1.6
// in what a byte of bandwidth is worth, and so do hosts. What is predicted of a GPU that is
// left out hardly depends on them; see TestLeftOut.
const (
	generationSd        = .34 // of a generation, wherever it is measured
	generationInSpaceSd = .10 // of a generation in one space: its kinds of layers, its software
	cardSd              = .10 // of a card
	hostSd              = .35 // of the host that a card was measured with in one space
	noiseSd             = .03 // of a single scale
	levelSd             = 5   // of the level of a space and batch: it is measured, not believed
	levelLogMs          = 2.3 // 10 ms
	referenceGBs        = 600 // bandwidth at which a level is meant; it cancels
)

// site is where a scale belongs: GPUs of one site were measured with the same networks.
type site struct {
	space string
	batch int
}

// point is the scale of a GPU at a site; of the one that is predicted, without a value.
type point struct {
	gpu gpu.Spec
	at  site
	Scale
}

// predictScale gives the mean and the standard deviation of the logarithm of a GPU's latency
// at a site, and the share of work there. The law is that of Gaussian effects, see the
// package's documentation. It errs if no GPU was measured at the site.
func predictScale(card gpu.Spec, at site, known []point) (mean, sd, work float64, err error) {
	shares := workShares(known)
	work, measured := shares[at]
	if !measured {
		return 0, 0, 0, errors.New("hardware: no GPU was measured there")
	}
	target := point{gpu: card, at: at}
	n := len(known)
	k, across, left := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	for i, p := range known {
		for j := range i + 1 {
			k.SetSym(i, j, covariance(p, known[j], shares))
		}
		k.SetSym(i, i, k.At(i, i)+noiseSd*noiseSd)
		across.SetVec(i, covariance(target, p, shares))
		left.SetVec(i, p.LogMs-expected(p, shares))
	}
	var chol mat.Cholesky
	if !chol.Factorize(k) {
		return 0, 0, 0, errors.New("hardware: the scales' covariance is singular")
	}
	var weights mat.VecDense
	if err := chol.SolveVecTo(&weights, across); err != nil {
		return 0, 0, 0, err
	}
	mean = expected(target, shares) + mat.Dot(&weights, left)
	variance := covariance(target, target, shares) + noiseSd*noiseSd - mat.Dot(&weights, across)
	return mean, math.Sqrt(max(variance, noiseSd*noiseSd)), work, nil
}

// workShares gives the mean share of work of the GPUs of each site.
func workShares(known []point) map[site]float64 {
	shares, count := map[site]float64{}, map[site]float64{}
	for _, p := range known {
		count[p.at]++
		shares[p.at] += (p.Work - shares[p.at]) / count[p.at]
	}
	return shares
}

// expected is the logarithm of the latency without any effect: work is inverse to bandwidth.
func expected(p point, shares map[site]float64) float64 {
	return levelLogMs - shares[p.at]*math.Log(p.gpu.BandwidthGBs/referenceGBs)
}

// covariance is that of two scales without their noise.
func covariance(p, q point, shares map[site]float64) float64 {
	var work, host, level float64
	sameSpace, sameCard := p.at.space == q.at.space, p.gpu.ID == q.gpu.ID
	if p.gpu.Generation == q.gpu.Generation && p.gpu.Generation != "" {
		work += generationSd * generationSd
		if sameSpace {
			work += generationInSpaceSd * generationInSpaceSd
		}
	}
	if sameCard {
		work += cardSd * cardSd
		if p.gpu.Generation == "" { // a generation of its own
			work += generationSd*generationSd + generationInSpaceSd*generationInSpaceSd
		}
		if sameSpace {
			host = hostSd * hostSd
		}
	}
	if p.at == q.at {
		level = levelSd * levelSd
	}
	v, w := shares[p.at], shares[q.at]
	return v*w*work + (1-v)*(1-w)*host + level
}
