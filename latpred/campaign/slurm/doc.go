// Package slurm runs campaigns as array jobs of Slurm, one task a shard.
//
//  1. Script writes the batch script of a plan, and Engine.Submit hands it to sbatch.
//  2. In a task latpred itself takes the place of the shell. Some time before the task's
//     limit, and where the cluster is set up so before it is preempted, Slurm sends it SIGUSR1:
//     it ends with the group in hand and, through Requeue, queues itself again.
//  3. Engine.Tasks asks squeue and, of what that has forgotten, sacct where there is
//     accounting. What neither knows, the journals tell.
package slurm
