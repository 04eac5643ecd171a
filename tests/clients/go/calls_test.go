// Package client_test asks the real server through what Go's own generators make of the contract: over TLS, with API keys.
package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	lojalv1 "lojal.dev/go/lojal/v1"
)

// within bounds a test, however it goes.
func within(t *testing.T, most time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	t.Cleanup(cancel)
	return ctx
}

// refused takes an error apart as a program would: code, ErrorInfo, and the fields at fault.
func refused(t *testing.T, err error, code codes.Code, reason lojalv1.ErrorReason) (map[string]string, []string) {
	t.Helper()
	failure := status.Convert(err)
	var info *errdetails.ErrorInfo
	var fields []string
	for _, detail := range failure.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			info = detail
		case *errdetails.BadRequest:
			for _, violation := range detail.FieldViolations {
				fields = append(fields, violation.Field)
			}
		}
	}
	if failure.Code() != code || info == nil || info.Domain != "lojal.dev" ||
		"ERROR_REASON_"+info.Reason != reason.String() {
		t.Fatalf("expected %v with %v, and this came: %v, %v", code, reason, err, info)
	}
	return info.Metadata, fields
}

func TestCallsOfEveryKind(t *testing.T) {
	ctx := within(t, 5*time.Minute)
	server := start(t)
	connection := server.dial(server.key)

	// A stream both ways, and once more: nothing is recorded twice.
	if recorded := load(ctx, t, connection, purchases(t)); recorded != cdnowTransactions {
		t.Fatalf("%d transactions were recorded", recorded)
	}
	if again := load(ctx, t, connection, purchases(t)[:1500]); again != 0 {
		t.Fatalf("%d transactions were recorded twice", again)
	}

	// A write. Its numbers are easy to check by hand: one of three recommends us, one does not, so the NPS is 0.
	now := timestamppb.Now()
	answers := &lojalv1.RecordSurveyResponsesRequest{}
	for number, score := range []int32{10, 8, 3} {
		answers.SurveyResponses = append(answers.SurveyResponses, &lojalv1.SurveyResponse{
			ResponseId: fmt.Sprint("go-", number), CustomerId: "0001", Time: now, Score: proto.Int32(score),
		})
	}
	written, err := lojalv1.NewIngestServiceClient(connection).RecordSurveyResponses(ctx, answers)
	if err != nil || written.Result.Recorded != 3 {
		t.Fatalf("%v, %v", written, err)
	}

	// A question, with fields that may be absent, and what is in scope elsewhere by the names it has here.
	nps, err := lojalv1.NewNpsServiceClient(connection).GetNps(ctx, &lojalv1.GetNpsRequest{
		AsOf: timestamppb.New(time.Now().Add(time.Hour)), Interval: lojalv1.CalendarInterval_CALENDAR_INTERVAL_YEAR,
	})
	if err != nil {
		t.Fatal(err)
	}
	if nps.Nps.Value == nil || *nps.Nps.Value != 0 || nps.Nps.N != 3 || len(nps.Rows) == 0 || nps.Rows[0].Period == nil {
		t.Fatalf("%v", nps)
	}

	// A stream from the server, whole, within the 4 MiB a message that clients take by default.
	stream, err := lojalv1.NewClvServiceClient(connection).PredictCustomers(ctx, &lojalv1.PredictCustomersRequest{
		AsOf: timestamppb.New(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)), Horizon: "12mo",
		Limit: proto.Int32(100_000), WithTotals: true, WithRanges: true, WithBasisShares: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	predicted, total := map[string]bool{}, int64(0)
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		total += message.GetTotals().GetCustomers()
		for _, prediction := range message.Predictions {
			predicted[prediction.CustomerId] = true
		}
	}
	if len(predicted) != cdnowCustomers || total != cdnowCustomers {
		t.Fatalf("%d predictions, totals of %d", len(predicted), total)
	}
}

func TestCompressedMessages(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	server := start(t)
	packed := server.dial(server.key, grpc.WithDefaultCallOptions(grpc.UseCompressor(gzip.Name)))
	if recorded := load(ctx, t, packed, purchases(t)); recorded != cdnowTransactions {
		t.Fatalf("%d transactions were recorded", recorded)
	}
	list := func(connection *grpc.ClientConn) *lojalv1.ListCustomersResponse {
		answer, err := lojalv1.NewCustomerServiceClient(connection).ListCustomers(ctx, &lojalv1.ListCustomersRequest{PageSize: 1_000})
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if one, other := list(packed), list(server.dial(server.key)); len(one.Customers) != 1_000 || len(other.Customers) != 1_000 {
		t.Fatalf("%d customers, and %d", len(one.Customers), len(other.Customers))
	}
	// Thirty kilobytes that unpack to thirty-two megabytes.
	bomb := &lojalv1.RecordTransactionsRequest{Transactions: []*lojalv1.Transaction{{CustomerId: strings.Repeat("0", 32<<20)}}}
	_, err := lojalv1.NewIngestServiceClient(packed).RecordTransactions(ctx, bomb)
	metadata, _ := refused(t, err, codes.ResourceExhausted, lojalv1.ErrorReason_ERROR_REASON_LIMIT_EXCEEDED)
	if metadata["limit"] != "message" {
		t.Fatalf("%v", metadata)
	}
}

func TestErrorsTellWhatToDo(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	server := start(t)
	connection := server.dial(server.key)

	_, err := lojalv1.NewCustomerServiceClient(connection).GetCustomer(ctx, &lojalv1.GetCustomerRequest{CustomerId: "c43"})
	metadata, _ := refused(t, err, codes.NotFound, lojalv1.ErrorReason_ERROR_REASON_CUSTOMER_NOT_FOUND)
	if metadata["customer_id"] != "c43" {
		t.Fatalf("%v", metadata)
	}

	ingest := lojalv1.NewIngestServiceClient(connection)
	bad := &lojalv1.RecordTransactionsRequest{Transactions: []*lojalv1.Transaction{
		{CustomerId: "c1", Time: timestamppb.Now(), Amount: &lojalv1.Money{Amount: "1.50", CurrencyCode: "EUR"}},
		{CustomerId: "c2", Time: timestamppb.Now(), Amount: &lojalv1.Money{Amount: "1,50", CurrencyCode: "EUR"}},
	}}
	_, err = ingest.RecordTransactions(ctx, bad)
	_, fields := refused(t, err, codes.InvalidArgument, lojalv1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	if len(fields) != 1 || fields[0] != "transactions[1].amount.amount" {
		t.Fatalf("%v", fields)
	}

	// A key for questions alone, made by a call; and no key at all.
	made, err := lojalv1.NewAdminServiceClient(connection).CreateApiKey(ctx, &lojalv1.CreateApiKeyRequest{
		Name: "questions", Scopes: []lojalv1.Scope{lojalv1.Scope_SCOPE_READ},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = lojalv1.NewIngestServiceClient(server.dial(made.Secret)).RecordTransactions(ctx, bad)
	metadata, _ = refused(t, err, codes.PermissionDenied, lojalv1.ErrorReason_ERROR_REASON_SCOPE_MISSING)
	if metadata["scope"] != "SCOPE_INGEST" || metadata["key_id"] != made.ApiKey.KeyId {
		t.Fatalf("%v", metadata)
	}
	_, err = lojalv1.NewAdminServiceClient(server.dial("")).GetServerInfo(ctx, &lojalv1.GetServerInfoRequest{})
	refused(t, err, codes.Unauthenticated, lojalv1.ErrorReason_ERROR_REASON_API_KEY_MISSING)
}

func TestADeadlineEndsACallAndNothingElse(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	server := start(t)
	connection := server.dial(server.key)
	load(ctx, t, connection, purchases(t))

	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := lojalv1.NewClvServiceClient(connection).CompareModels(short, &lojalv1.CompareModelsRequest{
		CalibrationEnd: "1997-09-30", HoldoutEnd: "1998-06-30",
	})
	if status.Code(err) != codes.DeadlineExceeded || time.Since(began) > 5*time.Second {
		t.Fatalf("after %v: %v", time.Since(began), err)
	}
	info, err := lojalv1.NewAdminServiceClient(connection).GetServerInfo(ctx, &lojalv1.GetServerInfoRequest{})
	if err != nil || info.Workspace.Transactions != cdnowTransactions {
		t.Fatalf("%v, %v", info, err)
	}
}

// weekly makes somebody who bought every week until two months ago: a silence to be warned of.
func weekly(customer string) *lojalv1.RecordTransactionsRequest {
	request := &lojalv1.RecordTransactionsRequest{}
	for week := range 30 {
		request.Transactions = append(request.Transactions, &lojalv1.Transaction{
			CustomerId: customer, Time: timestamppb.New(time.Now().AddDate(0, 0, -60-7*week)),
			Amount: &lojalv1.Money{Amount: "20", CurrencyCode: "EUR"},
		})
	}
	return request
}

func TestAWatchEndsWithTheServerAndGoesOn(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	server := start(t)
	connection := server.dial(server.key, grpc.WithDefaultServiceConfig(serviceConfig(t)))
	ingest, loyalty := lojalv1.NewIngestServiceClient(connection), lojalv1.NewLoyaltyServiceClient(connection)
	if _, err := ingest.RecordTransactions(ctx, weekly("anna")); err != nil {
		t.Fatal(err)
	}
	type watching = grpc.ServerStreamingClient[lojalv1.WatchEarlyWarningsResponse]
	watch := func(token string) watching {
		t.Helper()
		stream, err := loyalty.WatchEarlyWarnings(ctx, &lojalv1.WatchEarlyWarningsRequest{
			Kinds: []lojalv1.EarlyWarningKind{lojalv1.EarlyWarningKind_EARLY_WARNING_KIND_SILENCE}, ResumeToken: token,
		})
		if err != nil {
			t.Fatal(err)
		}
		return stream
	}
	first := func(stream watching) *lojalv1.WatchEarlyWarningsResponse {
		t.Helper()
		message, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if len(message.Warnings) != 1 || message.Warnings[0].CustomerId != "anna" {
			t.Fatalf("%v", message)
		}
		return message
	}
	stream := watch("")
	message := first(stream)
	stopped := make(chan error, 1)
	go func() { stopped <- server.stop() }()
	_, err := stream.Recv()
	refused(t, err, codes.Unavailable, lojalv1.ErrorReason_ERROR_REASON_SHUTTING_DOWN)
	if err := <-stopped; err != nil {
		t.Fatalf("the server did not end well: %v", err)
	}
	// The next server takes the token, and has nothing new until tomorrow; from the beginning it tells the same again.
	server.run()
	if _, err := watch(message.ResumeToken).Header(); err != nil {
		t.Fatal(err)
	}
	if again := first(watch("")); again.Warnings[0].WarningId != message.Warnings[0].WarningId {
		t.Fatalf("%v", again)
	}
}

func serviceConfig(t *testing.T) string {
	text, err := os.ReadFile("../../../proto/service_config.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCallsOutliveARestartByTheServiceConfig(t *testing.T) {
	ctx := within(t, 4*time.Minute)
	server := start(t)
	bare := lojalv1.NewAdminServiceClient(server.dial(server.key))
	connection := server.dial(server.key, grpc.WithDefaultServiceConfig(serviceConfig(t)))
	admin := lojalv1.NewAdminServiceClient(connection)
	load(ctx, t, connection, purchases(t))

	// While no server is there: refused at once without the config, and answered by the next server with it.
	if err := server.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := bare.GetServerInfo(ctx, &lojalv1.GetServerInfoRequest{}); status.Code(err) != codes.Unavailable {
		t.Fatalf("without the config: %v", err)
	}
	asked := make(chan error, 1)
	go func() {
		_, err := admin.GetServerInfo(ctx, &lojalv1.GetServerInfoRequest{})
		asked <- err
	}()
	server.run()
	if err := <-asked; err != nil {
		t.Fatalf("with the config: %v", err)
	}

	// Under way when the server is killed: asked again of the next. A server that is held answers nothing meanwhile.
	if err := server.process.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// Its threads stop one after the other: it is held once all of them have.
	var held syscall.WaitStatus
	if _, err := syscall.Wait4(server.process.Process.Pid, &held, syscall.WUNTRACED, nil); err != nil || !held.Stopped() {
		t.Fatalf("the server is not held: %v, %v", held, err)
	}
	under := make(chan error, 1)
	go func() {
		_, err := admin.GetServerInfo(ctx, &lojalv1.GetServerInfoRequest{})
		under <- err
	}()
	select {
	case err := <-under:
		t.Fatalf("the call ended before the server was killed: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	server.kill()
	server.run()
	if err := <-under; err != nil {
		t.Fatalf("a call under way: %v", err)
	}
}

func TestLevelsOfIdempotencyReachGo(t *testing.T) {
	level := func(service protoreflect.FileDescriptor, method protoreflect.Name) descriptorpb.MethodOptions_IdempotencyLevel {
		options := service.Services().Get(0).Methods().ByName(method).Options()
		return options.(*descriptorpb.MethodOptions).GetIdempotencyLevel()
	}
	if level(lojalv1.File_lojal_v1_nps_service_proto, "GetNps") != descriptorpb.MethodOptions_NO_SIDE_EFFECTS ||
		level(lojalv1.File_lojal_v1_ingest_service_proto, "Import") != descriptorpb.MethodOptions_IDEMPOTENT ||
		level(lojalv1.File_lojal_v1_clv_service_proto, "FitModel") != descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN {
		t.Fatal("options of methods were lost on the way")
	}
}
