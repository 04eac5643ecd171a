// Gives up a thousand calls by their deadlines beside an import on the same connection, as a busy service in Go does.
//
//	go run . ADDRESS CHUNK CHUNK
//
// A chunk is a file with a lojal.v1.ImportRequest. Messages are bytes here, so that nothing has to be generated.
package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

const (
	callers = 32
	// In all fewer than a server takes for a flood (1,024), however slow it is to look at them.
	calls = 30
	// Shorter than a call takes with so many beside it.
	patience = time.Millisecond
)

// asIs leaves messages as they are.
type asIs struct{}

func (asIs) Marshal(message any) ([]byte, error) { return *message.(*[]byte), nil }

func (asIs) Unmarshal(data []byte, message any) error {
	*message.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func (asIs) Name() string { return "proto" }

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(address string, chunks []string) error {
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(asIs{})))
	if err != nil {
		return err
	}
	defer connection.Close()
	description := &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
	stream, err := connection.NewStream(context.Background(), description, "/lojal.v1.IngestService/Import")
	if err != nil {
		return err
	}
	for number, path := range chunks {
		chunk, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := stream.SendMsg(&chunk); err != nil {
			return fmt.Errorf("chunk %d: %w", number+1, err)
		}
		var answer []byte
		if err := stream.RecvMsg(&answer); err != nil {
			return fmt.Errorf("chunk %d was not answered: %w", number+1, err)
		}
		if number == 0 {
			fmt.Printf("%d of %d calls were given up\n", giveUp(connection), callers*calls)
		}
	}
	fmt.Println("the import went on")
	return nil
}

// giveUp asks with deadlines that pass, and returns how many did.
func giveUp(connection *grpc.ClientConn) int {
	var wait sync.WaitGroup
	passed := make(chan int, callers)
	for range callers {
		wait.Go(func() {
			count := 0
			for range calls {
				context, cancel := context.WithTimeout(context.Background(), patience)
				var request, answer []byte
				err := connection.Invoke(context, "/lojal.v1.AdminService/GetServerInfo", &request, &answer)
				if status.Code(err) == codes.DeadlineExceeded {
					count++
				}
				cancel()
			}
			passed <- count
		})
	}
	wait.Wait()
	close(passed)
	sum := 0
	for count := range passed {
		sum += count
	}
	return sum
}
