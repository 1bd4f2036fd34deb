// Package kubernetes runs campaigns as an Indexed Job of Kubernetes, one index a shard.
//
//  1. Manifest writes a ConfigMap with the plan, a PersistentVolumeClaim for journals, if the
//     plan names none that is there, and the Job.
//  2. Engine.Submit hands them to kubectl. Each pod makes or opens the campaign's folder on
//     the claim and measures the shard of its index; one that is evicted, or fails, is started
//     anew and goes on from the shard's journal.
//  3. Engine.Tasks asks for the Job and its pods.
//
// There is no operator: what the cluster runs is what Manifest says.
package kubernetes
