package client_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// server is the real binary with certificates and a key of its own, on a directory and a port of its own.
type server struct {
	t       *testing.T
	place   string
	address string
	key     string
	process *exec.Cmd
	ended   chan error
}

// lojal is a command of the binary without the settings of whoever runs the tests.
func lojal(t *testing.T, arguments ...string) *exec.Cmd {
	binary := os.Getenv("LOJAL_BIN")
	if binary == "" {
		t.Fatal("LOJAL_BIN is not set: name the binary of the server that is to be tested")
	}
	command := exec.Command(binary, arguments...)
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "LOJAL_") {
			command.Env = append(command.Env, setting)
		}
	}
	return command
}

func said(t *testing.T, arguments ...string) string {
	out, err := lojal(t, arguments...).Output()
	if failure := (*exec.ExitError)(nil); errors.As(err, &failure) {
		t.Fatalf("lojal %v: %s", arguments, failure.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// start makes certificates and a key for everything, and starts a server on a port that is free.
func start(t *testing.T) *server {
	s := &server{t: t, place: t.TempDir(), address: "127.0.0.1:0"}
	said(t, "cert", "--out", s.path("certs"))
	scopes := "ingest,read,personal,manage,erase,admin"
	s.key = said(t, "key", "create", "--name", "go", "--scope", scopes, "--data-dir", s.path("data"))
	s.run()
	t.Cleanup(func() {
		if s.process != nil {
			s.kill()
		}
	})
	return s
}

func (s *server) path(name string) string { return filepath.Join(s.place, name) }

// run starts the server and waits until it listens; after the first time on the port it had.
func (s *server) run() {
	s.t.Helper()
	s.process = lojal(s.t, "serve", "--listen", s.address, "--data-dir", s.path("data"),
		"--tls-cert", s.path("certs/server.pem"), "--tls-key", s.path("certs/server.key"))
	log, err := os.OpenFile(s.path("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.process.Stderr = log
	out, err := s.process.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	ready := make(chan string, 1)
	ended := make(chan error, 1)
	go func(process *exec.Cmd) {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, address, ok := strings.Cut(lines.Text(), "listening on https://"); ok {
				ready <- strings.Fields(address)[0]
			}
		}
		ended <- process.Wait()
	}(s.process)
	s.ended = ended
	select {
	case s.address = <-ready:
	case err := <-ended:
		log, _ := os.ReadFile(s.path("log"))
		s.t.Fatalf("the server ended as it started: %v\n%s", err, log)
	case <-time.After(time.Minute):
		s.t.Fatal("the server does not listen")
	}
}

// stop asks the server to end and returns how it did.
func (s *server) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.wait()
}

func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.wait()
}

func (s *server) wait() error {
	select {
	case err := <-s.ended:
		s.process = nil
		return err
	case <-time.After(30 * time.Second):
		return fmt.Errorf("the server does not stop")
	}
}

// memory is what the server holds, in bytes.
func (s *server) memory() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		s.t.Skipf("what a process holds is not told here: %v", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kilobytes int64
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		s.t.Fatal(err)
	}
	return kilobytes * 1024
}

func (s *server) tls() *tls.Config {
	pem, err := os.ReadFile(s.path("certs/ca.pem"))
	if err != nil {
		s.t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(pem) {
		s.t.Fatal("ca.pem holds no certificate")
	}
	return &tls.Config{RootCAs: authorities, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12}
}

// bearer sends an API key with each call, and only over TLS.
type bearer string

func (key bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(key)}, nil
}

func (bearer) RequireTransportSecurity() bool { return true }

// dial connects with a key; "" is none.
func (s *server) dial(key string, options ...grpc.DialOption) *grpc.ClientConn {
	s.t.Helper()
	options = append(options, grpc.WithTransportCredentials(credentials.NewTLS(s.tls())))
	if key != "" {
		options = append(options, grpc.WithPerRPCCredentials(bearer(key)))
	}
	connection, err := grpc.NewClient(s.address, options...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { connection.Close() })
	return connection
}
