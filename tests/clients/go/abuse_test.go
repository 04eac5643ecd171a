package client_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	lojalv1 "lojal.dev/go/lojal/v1"
)

// give up asks so many times, a few at once, with deadlines that pass before the answer, and returns how many did.
func giveUp(ctx context.Context, connection *grpc.ClientConn, calls int) int64 {
	const callers = 32
	admin := lojalv1.NewAdminServiceClient(connection)
	var wait sync.WaitGroup
	var begun, passed atomic.Int64
	for range callers {
		wait.Go(func() {
			for begun.Add(1) <= int64(calls) {
				short, cancel := context.WithTimeout(ctx, time.Millisecond)
				_, err := admin.GetServerInfo(short, &lojalv1.GetServerInfoRequest{})
				if status.Code(err) == codes.DeadlineExceeded {
					passed.Add(1)
				}
				cancel()
			}
		})
	}
	wait.Wait()
	return passed.Load()
}

// Both numbers are below what a server takes for a flood (1,024 calls that it has not looked at), however slow it is. The
// first is one more than what servers of its kind allow by default, which cut off busy clients.
func TestExpiredDeadlinesLeaveAnImportAlone(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	server := start(t)
	connection := server.dial(server.key)
	rows := purchases(t)
	stream, err := lojalv1.NewIngestServiceClient(connection).Import(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for number, calls := range []int{0, 21, 1000} {
		if passed := giveUp(ctx, connection, calls); calls > 0 && passed == 0 {
			t.Fatalf("no deadline of %d passed, so nothing was tried", calls)
		}
		chunk := rows[50*number : 50*number+50]
		request := &lojalv1.ImportRequest{
			Sequence: int64(number + 1),
			Rows:     &lojalv1.ImportRequest_Transactions{Transactions: &lojalv1.TransactionRows{Rows: chunk}},
		}
		if err := stream.Send(request); err != nil {
			t.Fatalf("after %d deadlines: %v", calls, err)
		}
		answer, err := stream.Recv()
		if err != nil || answer.Result.Recorded != 50 {
			t.Fatalf("after %d deadlines: %v, %v", calls, answer, err)
		}
	}
}

// wire is a connection in frames, as no client of gRPC would use it.
type wire struct {
	*http2.Framer
	connection *tls.Conn
	pending    bytes.Buffer
}

func (s *server) wire(ctx context.Context) *wire {
	dialer := &tls.Dialer{Config: s.tls()}
	connection, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { connection.Close() })
	w := &wire{connection: connection.(*tls.Conn)}
	w.Framer = http2.NewFramer(&w.pending, connection)
	w.pending.WriteString(http2.ClientPreface)
	if err := w.WriteSettings(); err != nil {
		s.t.Fatal(err)
	}
	return w
}

func (w *wire) flush() error {
	_, err := w.pending.WriteTo(w.connection)
	return err
}

func (s *server) headers() []byte {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	encoder.SetMaxDynamicTableSize(0)
	for _, field := range [][2]string{
		{":method", "POST"}, {":scheme", "https"}, {":path", "/lojal.v1.AdminService/GetServerInfo"},
		{":authority", s.address}, {"content-type", "application/grpc"}, {"te", "trailers"},
		{"authorization", "Bearer " + s.key},
	} {
		_ = encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
	}
	return block.Bytes()
}

func TestAFloodOfResetsIsCutOff(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	server := start(t)
	headers := server.headers()
	wire := server.wire(ctx)
	cut := make(chan string, 1)
	go func() {
		for {
			frame, err := wire.ReadFrame()
			if err != nil {
				cut <- err.Error()
				return
			}
			if away, ok := frame.(*http2.GoAwayFrame); ok {
				cut <- away.ErrCode.String() + " " + string(away.DebugData())
				return
			}
		}
	}()
	// Ten thousand a second, for three seconds at most.
	for second := range 3 {
		for call := range 10_000 {
			id := uint32(2*(10_000*second+call) + 1)
			_ = wire.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: headers, EndHeaders: true})
			_ = wire.WriteRSTStream(id, http2.ErrCodeCancel)
		}
		if wire.flush() != nil {
			break
		}
		select {
		case why := <-cut:
			t.Logf("cut off in second %d: %s", second+1, why)
			cut <- why
			second = 3
		case <-time.After(time.Second):
		}
	}
	select {
	case <-cut:
	case <-time.After(10 * time.Second):
		t.Fatal("30,000 calls were begun and given up, and the connection goes on")
	}
	// Whoever else asks is answered.
	admin := lojalv1.NewAdminServiceClient(server.dial(server.key))
	if _, err := admin.GetServerInfo(ctx, &lojalv1.GetServerInfoRequest{}); err != nil {
		t.Fatal(err)
	}
}

// shop loads as many purchases as make a stream too large for any buffer on the way, of fewer customers than those for whom a server
// fits a model by itself, which takes memory, too.
func shop(ctx context.Context, t *testing.T, connection *grpc.ClientConn) {
	const chunks, rows, shoppers = 4, 100_000, 19_000
	stream, err := lojalv1.NewIngestServiceClient(connection).Import(ctx, grpc.MaxCallSendMsgSize(16<<20))
	if err != nil {
		t.Fatal(err)
	}
	for chunk := range chunks {
		columns := &lojalv1.TransactionColumns{CurrencyCode: "EUR"}
		var customers, transactions strings.Builder
		for row := range rows {
			number := chunk*rows + row
			if row > 0 {
				customers.WriteByte('\n')
				transactions.WriteByte('\n')
			}
			customers.WriteString("customer-")
			customers.WriteString(strconv.Itoa(number % shoppers))
			// Without a pattern that could be compressed.
			transactions.WriteString("transaction-")
			transactions.WriteString(time.Duration(number * 7919 % 1_000_003).String())
			columns.Times = append(columns.Times, time.Date(2025, 1, 1, 0, 0, number, 0, time.UTC).UnixMicro())
			columns.Amounts = append(columns.Amounts, int64(number%9973+1)*10_000)
		}
		columns.CustomerIds, columns.TransactionIds = customers.String(), transactions.String()
		request := &lojalv1.ImportRequest{Sequence: int64(chunk + 1), Rows: &lojalv1.ImportRequest_Columns{Columns: columns}}
		if err := stream.Send(request); err != nil {
			t.Fatal(err)
		}
		if answer, err := stream.Recv(); err != nil || answer.Result.Recorded != rows {
			t.Fatalf("%v, %v", answer, err)
		}
	}
}

func TestASlowReaderIsBounded(t *testing.T) {
	ctx := within(t, 5*time.Minute)
	server := start(t)
	shop(ctx, t, server.dial(server.key))

	backup := func(connection *grpc.ClientConn) grpc.ServerStreamingClient[lojalv1.BackupResponse] {
		stream, err := lojalv1.NewAdminServiceClient(connection).Backup(ctx, &lojalv1.BackupRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); err != nil {
			t.Fatal(err)
		}
		return stream
	}
	whole := func(stream grpc.ServerStreamingClient[lojalv1.BackupResponse]) (bytes int64) {
		for {
			message, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return bytes
			}
			if err != nil {
				t.Fatal(err)
			}
			bytes += int64(len(message.Data))
		}
	}
	size := whole(backup(server.dial(server.key)))
	before := server.memory()
	var unread []grpc.ServerStreamingClient[lojalv1.BackupResponse]
	for range readers {
		// Windows of a fixed size: otherwise the client takes ever more, as it is on this machine.
		unread = append(unread, backup(server.dial(server.key, grpc.WithInitialWindowSize(1<<16), grpc.WithInitialConnWindowSize(1<<16))))
	}
	// Time for the server to make what it would, and others are answered meanwhile.
	admin := lojalv1.NewAdminServiceClient(server.dial(server.key))
	most := int64(0)
	for range 20 {
		if _, err := admin.GetServerInfo(ctx, &lojalv1.GetServerInfoRequest{}); err != nil {
			t.Fatal(err)
		}
		most = max(most, server.memory()-before)
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("%d streams of %d KiB that nobody reads take %d KiB", readers, size>>10, most>>10)
	if most > readers*perReader {
		t.Fatalf("%d streams of %d KiB that nobody reads take %d KiB", readers, size>>10, most>>10)
	}
	if size < 4*perReader {
		t.Fatalf("a stream of %d KiB proves nothing", size>>10)
	}
	// And who reads on gets the rest.
	if rest := whole(unread[0]); rest < size/2 {
		t.Fatalf("the rest of a stream of %d bytes has %d", size, rest)
	}
}

const (
	readers = 12
	// What a stream that is not read may hold in the server: a message that waits, one that is made, and what HTTP/2 and TLS
	// have on the way.
	perReader = 2 << 20
)
