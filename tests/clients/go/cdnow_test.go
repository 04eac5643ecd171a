package client_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	lojalv1 "lojal.dev/go/lojal/v1"
)

const (
	cdnowCustomers    = 2357
	cdnowTransactions = 6919
)

// purchases are those of the CDNOW sample, in the order of the file.
func purchases(t *testing.T) []*lojalv1.Transaction {
	text, err := os.ReadFile("../../../server/data/cdnow_sample.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int32{}
	var rows []*lojalv1.Transaction
	for line := range strings.Lines(string(text)) {
		columns := strings.Fields(line)
		day, err := time.Parse("20060102", columns[2])
		if err != nil {
			t.Fatal(err)
		}
		same := columns[1] + columns[2] + columns[4]
		seen[same]++
		rows = append(rows, &lojalv1.Transaction{
			CustomerId: columns[1],
			Time:       timestamppb.New(day),
			Amount:     &lojalv1.Money{Amount: columns[4], CurrencyCode: "USD"},
			Occurrence: seen[same],
		})
	}
	return rows
}

// load records purchases by Import, a chunk at a time, and returns how many are new.
func load(ctx context.Context, t *testing.T, connection *grpc.ClientConn, rows []*lojalv1.Transaction) int32 {
	t.Helper()
	stream, err := lojalv1.NewIngestServiceClient(connection).Import(ctx)
	if err != nil {
		t.Fatal(err)
	}
	recorded, sequence := int32(0), int64(0)
	for len(rows) > 0 {
		chunk := rows[:min(1000, len(rows))]
		rows = rows[len(chunk):]
		sequence++
		request := &lojalv1.ImportRequest{
			Sequence: sequence,
			Rows:     &lojalv1.ImportRequest_Transactions{Transactions: &lojalv1.TransactionRows{Rows: chunk}},
		}
		if err := stream.Send(request); err != nil {
			t.Fatal(err)
		}
		answer, err := stream.Recv()
		if err != nil {
			t.Fatalf("chunk %d: %v", sequence, err)
		}
		if answer.Sequence != sequence {
			t.Fatalf("chunk %d was answered as %d", sequence, answer.Sequence)
		}
		recorded += answer.Result.Recorded
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	return recorded
}
