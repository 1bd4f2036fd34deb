// Package upstream has the files of other projects that the shipped data come from.
//
//  1. Manifest lists them; Fetch downloads them into CacheDir, resumes and verifies.
//  2. ParseAuthorsCSV, ParseHELPArchs and ParseHELPLatencies read their formats;
//     PyTorch's are package pytorch's.
//  3. Build makes the shipped files from them again.
package upstream
