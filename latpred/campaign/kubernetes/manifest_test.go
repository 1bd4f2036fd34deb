package kubernetes

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/campaign"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/yaml"
	strict "sigs.k8s.io/yaml"
)

// objects reads a manifest as Kubernetes's own types, in which a field that there is not, or
// is written twice, is an error.
func objects(t *testing.T, text []byte) (config corev1.ConfigMap, claim *corev1.PersistentVolumeClaim, job batchv1.Job) {
	t.Helper()
	docs := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
	for {
		doc := make([]byte, 1<<20)
		n, err := docs.Read(doc)
		if errors.Is(err, io.EOF) {
			return config, claim, job
		}
		if err != nil {
			t.Fatal(err)
		}
		doc = doc[:n]
		switch {
		case bytes.Contains(doc, []byte("\nkind: ConfigMap\n")):
			err = strict.UnmarshalStrict(doc, &config)
		case bytes.Contains(doc, []byte("\nkind: PersistentVolumeClaim\n")):
			claim = &corev1.PersistentVolumeClaim{}
			err = strict.UnmarshalStrict(doc, claim)
		default:
			err = strict.UnmarshalStrict(doc, &job)
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
	}
}

const small = "name: a100-10k\nnetworks: {sample: 10000}\nshards: 8\nkubernetes:\n  image: registry.example/latpred:1\n"

func TestManifest(t *testing.T) {
	plan := small + "  resources: {nvidia.com/gpu: 1, cpu: \"2\", memory: 4Gi}\n  selector: {gpu: a100}\n  at_once: 2\n  backoff: 3\n  exclusive: true\n  class: nfs\n  size: 2Gi\n"
	text, err := Manifest([]byte(plan), "")
	if err != nil {
		t.Fatal(err)
	}
	config, claim, job := objects(t, text)
	if config.Data["plan.yaml"] != plan || config.APIVersion != "v1" {
		t.Errorf("config %+v", config)
	}
	if claim == nil || claim.Name != "a100-10k" || *claim.Spec.StorageClassName != "nfs" || claim.Spec.Resources.Requests.Storage().Cmp(resource.MustParse("2Gi")) != 0 {
		t.Errorf("claim %+v", claim)
	}
	s := job.Spec
	if *s.Completions != 8 || *s.Parallelism != 2 || *s.CompletionMode != batchv1.IndexedCompletion || *s.BackoffLimitPerIndex != 3 {
		t.Errorf("job %+v", s)
	}
	pod := s.Template.Spec
	gpus := pod.Containers[0].Resources.Limits["nvidia.com/gpu"]
	if pod.RestartPolicy != corev1.RestartPolicyNever || gpus.Value() != 1 || pod.NodeSelector["gpu"] != "a100" || pod.Affinity == nil ||
		!*pod.SecurityContext.RunAsNonRoot || !*pod.Containers[0].SecurityContext.ReadOnlyRootFilesystem || *pod.AutomountServiceAccountToken {
		t.Errorf("pod %+v", pod)
	}
	if args := strings.Join(pod.Containers[0].Args, " "); args != "campaign work /campaigns/a100-10k --plan /plan/plan.yaml --index $(JOB_COMPLETION_INDEX)" {
		t.Errorf("arguments %q", args)
	}
}

// The plan's networks are beside it in the pod, under the name that it has for them.
func TestManifestOfNetworks(t *testing.T) {
	plan := strings.Replace(small, "sample: 10000", "file: nets.txt", 1) + "  claim: shared\n"
	file := filepath.Join(t.TempDir(), "networks.txt")
	if err := os.WriteFile(file, []byte("r176 …\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	text, err := Manifest([]byte(plan), file)
	if err != nil {
		t.Fatal(err)
	}
	config, claim, job := objects(t, text)
	if string(config.BinaryData["nets.txt"]) != "r176 …\n" || claim != nil || job.Spec.Template.Spec.Volumes[0].PersistentVolumeClaim.ClaimName != "shared" {
		t.Errorf("%+v, %v, %+v", config.BinaryData, claim, job.Spec.Template.Spec.Volumes)
	}
	if err := os.WriteFile(file, make([]byte, maxConfig+1), 0o644); err != nil {
		t.Fatal(err)
	}
	for plan, want := range map[string]string{
		plan: "a ConfigMap holds no more", strings.Replace(plan, "nets.txt", "../nets.txt", 1): "beside the plan",
		"name: a\nnetworks: {sample: 1}\n": "kubernetes.image", "name: a": "networks: want one of",
	} {
		if _, err := Manifest([]byte(plan), file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", plan, err, want)
		}
	}
}

// What kubectl says becomes a state for each shard.
func TestTasks(t *testing.T) {
	j, p := job{}, pods{}
	j.Status.CompletedIndexes, j.Status.FailedIndexes = "0-1,7", "3"
	add := func(name, index, phase, node, reason string) {
		var it pod
		it.Metadata.Name, it.Metadata.Annotations = name, map[string]string{"batch.kubernetes.io/job-completion-index": index}
		it.Status.Phase, it.Status.Reason, it.Spec.NodeName = phase, reason, node
		p.Items = append(p.Items, it)
	}
	add("a-4-x", "4", "Running", "n1", "")
	add("a-4-w", "4", "Failed", "n2", "Evicted")
	add("a-0-x", "0", "Succeeded", "n3", "")
	add("other", "99", "Running", "n3", "")
	got, err := tasks(8, j, p)
	if err != nil {
		t.Fatal(err)
	}
	for shard, want := range map[int]campaign.Task{
		1: {ID: "a-0-x", State: campaign.Complete, Node: "n3"}, 2: {State: campaign.Complete}, 3: {State: campaign.Waiting},
		4: {State: campaign.Failed}, 5: {ID: "a-4-x", State: campaign.Running, Node: "n1"}, 8: {State: campaign.Complete},
	} {
		if got[shard] != want {
			t.Errorf("shard %d: %+v, want %+v", shard, got[shard], want)
		}
	}
	for _, bad := range []string{"a", "3-1", "-1", "0-99999999"} {
		j.Status.CompletedIndexes = bad
		if _, err := tasks(8, j, p); err == nil {
			t.Errorf("indexes %q were taken", bad)
		}
	}
}
