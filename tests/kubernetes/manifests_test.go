// Package kubernetes_test reads the manifests as Kubernetes' own types have them, strictly, and holds what they say of each other
// and of the server against each other. No cluster is needed.
package kubernetes_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/yaml"
)

const packaging = "../../server/packaging"

// read takes a file apart into objects. A field that there is not is an error, as with kubectl apply --validate=strict.
func read(t *testing.T, name string) map[string]runtime.Object {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, batchv1.AddToScheme, corev1.AddToScheme, policyv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	strict := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	text, err := os.ReadFile(filepath.Join(packaging, "kubernetes", name))
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]runtime.Object{}
	reader := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
	buffer := make([]byte, len(text))
	for {
		length, err := reader.Read(buffer)
		if errors.Is(err, io.EOF) {
			return objects
		} else if err != nil {
			t.Fatal(err)
		}
		object, kind, err := strict.Decode(buffer[:length], nil, nil)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, buffer[:length])
		}
		named := object.(interface{ GetName() string }).GetName()
		objects[kind.Kind+"/"+named] = object
	}
}

func of[T any](t *testing.T, objects map[string]runtime.Object, name string) T {
	t.Helper()
	object, ok := objects[name].(T)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return object
}

// setting is a value of the server's configuration in force.
func setting(t *testing.T, configuration, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + name + ` = "?([^"\n]*)"?$`).FindStringSubmatch(configuration)
	if found == nil {
		t.Fatalf("no %s in\n%s", name, configuration)
	}
	return found[1]
}

// inForce is what the binary makes of a configuration.
func inForce(t *testing.T, text string) string {
	t.Helper()
	binary := os.Getenv("LOJAL_BIN")
	if binary == "" {
		t.Fatal("LOJAL_BIN is not set: name the binary of the server that is to be tested")
	}
	file := filepath.Join(t.TempDir(), "lojal.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(binary, "config", "--config", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// closed fails where a pod may do more than it needs, or what it mounts is not there.
func closed(t *testing.T, pod corev1.PodSpec) {
	t.Helper()
	user := regexp.MustCompile(`(?m)^USER (\d+):(\d+)$`)
	file, err := os.ReadFile(filepath.Join(packaging, "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	ids := user.FindStringSubmatch(string(file))
	if ids == nil {
		t.Fatal("the image has no user by number")
	}
	context := pod.SecurityContext
	if !*context.RunAsNonRoot || strconv.FormatInt(*context.RunAsUser, 10) != ids[1] ||
		strconv.FormatInt(*context.FSGroup, 10) != ids[2] || context.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod is not of the image's user: %v", context)
	}
	if *pod.AutomountServiceAccountToken {
		t.Error("the server has no use for a token")
	}
	for _, container := range pod.Containers {
		own := container.SecurityContext
		if *own.AllowPrivilegeEscalation || !*own.ReadOnlyRootFilesystem || len(own.Capabilities.Drop) != 1 || own.Capabilities.Drop[0] != "ALL" {
			t.Errorf("%s may do more than it needs: %v", container.Name, own)
		}
	}
}

// mounts fails where a container mounts a volume that its pod does not have.
func mounts(t *testing.T, pod corev1.PodSpec, claims ...string) {
	t.Helper()
	there := map[string]bool{}
	for _, claim := range claims {
		there[claim] = true
	}
	for _, volume := range pod.Volumes {
		there[volume.Name] = true
	}
	for _, mount := range pod.Containers[0].VolumeMounts {
		if !there[mount.Name] {
			t.Errorf("there is no volume %q", mount.Name)
		}
		delete(there, mount.Name)
	}
	if len(there) > 0 {
		t.Errorf("nobody mounts %v", there)
	}
}

func TestTheServer(t *testing.T) {
	objects := read(t, "lojal.yaml")
	set := of[*appsv1.StatefulSet](t, objects, "StatefulSet/lojal")
	pod := set.Spec.Template.Spec
	container := pod.Containers[0]
	closed(t, pod)
	mounts(t, pod, set.Spec.VolumeClaimTemplates[0].Name)
	if *set.Spec.Replicas != 1 {
		t.Error("a data directory has one server")
	}

	version, err := exec.Command(os.Getenv("LOJAL_BIN"), "--version").Output()
	if err != nil || container.Image != strings.Replace(strings.TrimSpace(string(version)), " ", ":", 1) {
		t.Errorf("the image is %s of %s, %v", container.Image, version, err)
	}

	// Its configuration is one, and what the pod says of it is so.
	config := of[*corev1.ConfigMap](t, objects, "ConfigMap/lojal")
	var text string
	for _, volume := range pod.Volumes {
		if volume.ConfigMap != nil && volume.ConfigMap.Name == config.Name {
			text = config.Data[filepath.Base(container.Args[2])]
		}
	}
	force := inForce(t, text)
	ports := map[string]int32{}
	for _, port := range container.Ports {
		ports[port.Name] = port.ContainerPort
	}
	for name, key := range map[string]string{"grpc": "50051", "pages": "9464"} {
		if strconv.Itoa(int(ports[name])) != key || !strings.Contains(force, `listen = "0.0.0.0:`+key+`"`) {
			t.Errorf("port %s is %d in\n%s", name, ports[name], force)
		}
	}
	directory := setting(t, force, "data_dir")
	paths := map[string]bool{}
	for _, mount := range container.VolumeMounts {
		paths[mount.MountPath] = true
	}
	for _, path := range []string{directory, filepath.Dir(setting(t, force, "cert")), filepath.Dir(setting(t, force, "key")), filepath.Dir(container.Args[2])} {
		if !paths[path] {
			t.Errorf("nothing is mounted at %s", path)
		}
	}
	var stops int64
	for _, name := range []string{"notice_seconds", "drain_seconds"} {
		seconds, err := strconv.ParseInt(setting(t, force, name), 10, 64)
		if err != nil || seconds < 1 {
			t.Fatalf("%s: %v", name, err)
		}
		stops += seconds
	}
	if *pod.TerminationGracePeriodSeconds < stops+20 {
		t.Errorf("%d s are given to a stop that may take %d s and what closing takes", *pod.TerminationGracePeriodSeconds, stops)
	}

	// Probes and services lead to ports that there are, and to this pod.
	for path, probe := range map[string]*corev1.Probe{"/healthz": container.LivenessProbe, "/readyz": container.ReadinessProbe} {
		if probe.HTTPGet.Path != path || probe.HTTPGet.Port != intstr.FromString("pages") {
			t.Errorf("%s is asked at %v", path, probe.HTTPGet)
		}
	}
	labels := set.Spec.Template.Labels
	selectors := []map[string]string{set.Spec.Selector.MatchLabels, of[*policyv1.PodDisruptionBudget](t, objects, "PodDisruptionBudget/lojal").Spec.Selector.MatchLabels}
	for _, name := range []string{"lojal", set.Spec.ServiceName} {
		service := of[*corev1.Service](t, objects, "Service/"+name)
		selectors = append(selectors, service.Spec.Selector)
		for _, port := range service.Spec.Ports {
			if ports[port.TargetPort.StrVal] == 0 {
				t.Errorf("%s leads to no port: %v", name, port)
			}
		}
		// Whoever calls by the service's name must be let in.
		if name == "lojal" && !strings.Contains(force, `"`+name+`"`) {
			t.Errorf("server.hosts has no %q", name)
		}
	}
	for _, selector := range selectors {
		if len(selector) == 0 {
			t.Error("a selector of nothing selects everything")
		}
		for name, value := range selector {
			if labels[name] != value {
				t.Errorf("%s=%s selects no pod of %v", name, value, labels)
			}
		}
	}
}

func TestTheFirstKey(t *testing.T) {
	objects := read(t, "first-key.yaml")
	job := of[*batchv1.Job](t, objects, "Job/lojal-first-key")
	pod := job.Spec.Template.Spec
	closed(t, pod)
	mounts(t, pod)
	set := of[*appsv1.StatefulSet](t, read(t, "lojal.yaml"), "StatefulSet/lojal")
	if pod.Containers[0].Image != set.Spec.Template.Spec.Containers[0].Image {
		t.Error("the key is made by another version than the server's")
	}
	// What the StatefulSet takes for its first pod is by its name, and must be what it would have made.
	template := set.Spec.VolumeClaimTemplates[0]
	claim := of[*corev1.PersistentVolumeClaim](t, objects, "PersistentVolumeClaim/"+template.Name+"-"+set.Name+"-0")
	if pod.Volumes[0].PersistentVolumeClaim.ClaimName != claim.Name {
		t.Error("the key goes into another volume")
	}
	if claim.Spec.String() != template.Spec.String() {
		t.Errorf("%v, where the server has %v", claim.Spec, template.Spec)
	}
	// The arguments are some, and the key is one that the server takes.
	arguments := append([]string{}, pod.Containers[0].Args...)
	directory := filepath.Join(t.TempDir(), "data")
	for number, argument := range arguments {
		if argument == "/data" {
			arguments[number] = directory
		}
	}
	out, err := exec.Command(os.Getenv("LOJAL_BIN"), arguments...).Output()
	if err != nil || !strings.HasPrefix(string(out), "lojal_") {
		t.Fatalf("%v: %s", err, out)
	}
	if *job.Spec.BackoffLimit != 0 {
		t.Error("a second try makes a second key")
	}
}
