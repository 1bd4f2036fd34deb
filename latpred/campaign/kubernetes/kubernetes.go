package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred/campaign"
)

// Engine submits campaigns by kubectl, which is to be in PATH and to know the cluster.
type Engine struct{}

// ErrActive is the error of Submit where the campaign's Job is at work: it starts shards that
// fail again by itself.
var ErrActive = errors.New("kubernetes: the Job is at work, and starts shards that fail again by itself: to begin anew, cancel it first")

// Submit applies the manifest and returns the Job's name. A Job has all shards of the plan,
// whatever is asked for; pods of those that are complete end at once. An ended Job of that
// name is removed.
func (Engine) Submit(ctx context.Context, f *campaign.Folder, _ []int) (id string, err error) {
	if err := removeEnded(ctx, f); err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(f.Dir, "plan.yaml"))
	if err != nil {
		return "", err
	}
	m, err := Manifest(text, f.Plan.Networks.File)
	if err != nil {
		return "", err
	}
	if _, err := kubectl(ctx, f, m, "apply", "-f", "-"); err != nil {
		return "", err
	}
	return f.Plan.Name, nil
}

// removeEnded removes the campaign's Job if it has ended, and errs if it has not.
func removeEnded(ctx context.Context, f *campaign.Folder) error {
	j, err := getJob(ctx, f, f.Plan.Name)
	if j == nil || err != nil {
		return err
	}
	for _, c := range j.Status.Conditions {
		if (c.Type == "Complete" || c.Type == "Failed") && c.Status == "True" {
			_, err := kubectl(ctx, f, nil, "delete", "job", f.Plan.Name, "--ignore-not-found", "--wait=true")
			return err
		}
	}
	return ErrActive
}

// job is the part of a Job that is read.
type job struct {
	Status struct {
		CompletedIndexes string
		FailedIndexes    string
		Conditions       []struct{ Type, Status string }
	}
}

// getJob asks for a Job; nil: there is none.
func getJob(ctx context.Context, f *campaign.Folder, id string) (*job, error) {
	out, err := kubectl(ctx, f, nil, "get", "job", id, "--ignore-not-found", "-o", "json")
	if err != nil || strings.TrimSpace(out) == "" {
		return nil, err
	}
	var j job
	if err := json.Unmarshal([]byte(out), &j); err != nil {
		return nil, fmt.Errorf("kubectl get job: %w", err)
	}
	return &j, nil
}

// pods is the part of a list of pods that Tasks reads.
type pods struct{ Items []pod }

// pod is the part of a pod that Tasks reads.
type pod struct {
	Metadata struct {
		Name        string
		Annotations map[string]string
	}
	Spec   struct{ NodeName string }
	Status struct {
		Phase, Reason string
		Conditions    []struct{ Type, Status, Reason, Message string }
	}
}

// Tasks returns what the cluster knows of the shards; of a Job that is gone, nothing.
func (Engine) Tasks(ctx context.Context, f *campaign.Folder, id string) (map[int]campaign.Task, error) {
	j, err := getJob(ctx, f, id)
	if j == nil || err != nil {
		return nil, err
	}
	out, err := kubectl(ctx, f, nil, "get", "pods", "--selector=batch.kubernetes.io/job-name="+id, "-o", "json")
	if err != nil {
		return nil, err
	}
	var p pods
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		return nil, fmt.Errorf("kubectl get pods: %w", err)
	}
	return tasks(f.Plan.Shards, *j, p)
}

// tasks joins the state of a Job with its pods.
func tasks(shards int, j job, p pods) (map[int]campaign.Task, error) {
	list := map[int]campaign.Task{}
	for shard := 1; shard <= shards; shard++ { // without a pod it waits for one
		list[shard] = campaign.Task{State: campaign.Waiting}
	}
	for _, pod := range p.Items {
		index, err := strconv.Atoi(pod.Metadata.Annotations["batch.kubernetes.io/job-completion-index"])
		if err != nil || list[index+1].State == "" {
			continue // none of ours
		}
		t := campaign.Task{ID: pod.Metadata.Name, Node: pod.Spec.NodeName, State: campaign.Waiting, Reason: pod.Status.Reason}
		switch pod.Status.Phase {
		case "Running":
			t.State = campaign.Running
		case "Pending":
			for _, c := range pod.Status.Conditions {
				if c.Type == "PodScheduled" && c.Status == "False" {
					t.Reason = strings.TrimSpace(c.Reason + " " + c.Message)
				}
			}
		}
		if list[index+1].State != campaign.Running { // an earlier pod of the same index may be there
			list[index+1] = t
		}
	}
	for state, text := range map[campaign.State]string{campaign.Complete: j.Status.CompletedIndexes, campaign.Failed: j.Status.FailedIndexes} {
		indexes, err := ranges(text)
		if err != nil {
			return nil, err
		}
		for _, index := range indexes {
			t := list[index+1]
			t.State = state
			list[index+1] = t
		}
	}
	return list, nil
}

// ranges reads what Kubernetes writes of indexes: "0-2,5".
func ranges(text string) (list []int, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		low, high, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(low)
		b := a
		if err == nil && isRange {
			b, err = strconv.Atoi(high)
		}
		if err != nil || a < 0 || b < a || b > 1<<20 {
			return nil, fmt.Errorf("kubernetes: indexes %.100q", text)
		}
		for ; a <= b; a++ {
			list = append(list, a)
		}
	}
	return list, nil
}

// Cancel removes the Job and its pods. The claim and its journals stay.
func (Engine) Cancel(ctx context.Context, f *campaign.Folder, id string) error {
	_, err := kubectl(ctx, f, nil, "delete", "job", id, "--ignore-not-found", "--wait=false")
	return err
}

// kubectl runs kubectl in the plan's namespace and returns what it prints.
func kubectl(ctx context.Context, f *campaign.Folder, in []byte, args ...string) (string, error) {
	if ns := f.Plan.Kubernetes.Namespace; ns != "" {
		args = append([]string{"--namespace", ns}, args...)
	}
	return campaign.Call(ctx, in, "kubectl", args...)
}
