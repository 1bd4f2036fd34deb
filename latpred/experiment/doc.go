// Package experiment reproduces the tables and figures of Syed & Srinivasan,
// "Generalized Latency Performance Estimation for Once-For-All Neural
// Architecture Search", on the authors' own measurements.
//
//  1. Items lists the tables and figures, called items; Run runs one in a Profile:
//     Quick takes seconds and says what it left out, Full is the paper's size with
//     several seeds.
//  2. A Result has a Row for each quantity: the paper's value, that of the authors'
//     released checkpoint, ours as published and corrected, and our best.
//  3. Result.Figures are the item's figures.
//  4. Two items go beyond the paper: better evaluates predictors that improve on it,
//     device the ways to learn a new device, the one that the project measured.
//  5. Result.Made says by what commit, when and where. Recorded returns the shipped results
//     of the Full profile, RecordedOf those of Quick as well; Markdown, HeadlineMarkdown and
//     Embed put results of one commit into pages. Compare holds a result against a recorded
//     one, each value as it may vary.
//  6. The paper's numbers are data/claims.csv, each a Claim; Paper looks one up. Judge
//     says what became of them by results, ClaimsMarkdown puts it into words.
//  7. Tasks opens single tasks of the item transfer for a closer look, Resemble compares the
//     devices of a benchmark with each other.
//
// "As published" follows the authors' code: split in file order, weights of the last
// epoch, the mean absolute error called RMSE, a ReLU that fine-tuning loses and the test
// has; with a range over seeds. "Corrected" is the sound protocol: no
// network on both sides of the split, weights of the epoch with the best validation
// RMSE, the RMSE over the whole test set, and a 95 % interval over seeds, each with a
// split of its own: that of Nadeau and Bengio, which takes account of the rows that splits
// have in common (metric.NadeauBengioInterval).
package experiment
