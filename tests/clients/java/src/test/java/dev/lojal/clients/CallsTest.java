package dev.lojal.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
// All names at once, as many people import them: none is in two of these, nor in java.lang.
import dev.lojal.v1.*;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Asks the real server through what Java's own generators make of the contract: over TLS, with API keys. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CallsTest {
  private static final Path REPOSITORY = Path.of("../../..");
  private static final int CUSTOMERS = 2_357;
  private static final int TRANSACTIONS = 6_919;

  private static Timestamp at(Instant instant) {
    return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
  }

  private static Money money(String amount, String currency) {
    return Money.newBuilder().setAmount(amount).setCurrencyCode(currency).build();
  }

  /** The purchases of the CDNOW sample, in the order of the file. */
  private static List<Transaction> purchases() throws Exception {
    Map<String, Integer> seen = new HashMap<>();
    List<Transaction> rows = new ArrayList<>();
    for (String line : Files.readAllLines(REPOSITORY.resolve("server/data/cdnow_sample.txt"))) {
      String[] columns = line.strip().split("\\s+");
      LocalDate day = LocalDate.parse(columns[2], java.time.format.DateTimeFormatter.BASIC_ISO_DATE);
      rows.add(
          Transaction.newBuilder()
              .setCustomerId(columns[1])
              .setTime(at(day.atStartOfDay(ZoneOffset.UTC).toInstant()))
              .setAmount(money(columns[4], "USD"))
              .setOccurrence(seen.merge(columns[1] + columns[2] + columns[4], 1, Integer::sum))
              .build());
    }
    return rows;
  }

  /** Records purchases by Import, a chunk at a time, and returns how many are new. */
  private static int load(Server server, ManagedChannel channel, List<Transaction> rows) throws Exception {
    BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
    StreamObserver<ImportResponse> heard =
        new StreamObserver<>() {
          @Override
          public void onNext(ImportResponse answer) {
            answers.add(answer);
          }

          @Override
          public void onError(Throwable error) {
            answers.add(error);
          }

          @Override
          public void onCompleted() {
            answers.add("the end");
          }
        };
    StreamObserver<ImportRequest> chunks =
        IngestServiceGrpc.newStub(channel).withCallCredentials(Server.bearer(server.key())).import_(heard);
    int recorded = 0;
    for (int first = 0; first < rows.size(); first += 1_000) {
      List<Transaction> chunk = rows.subList(first, Math.min(first + 1_000, rows.size()));
      long sequence = first / 1_000 + 1;
      chunks.onNext(
          ImportRequest.newBuilder()
              .setSequence(sequence)
              .setTransactions(TransactionRows.newBuilder().addAllRows(chunk))
              .build());
      ImportResponse answer = (ImportResponse) answers.poll(1, TimeUnit.MINUTES);
      assertEquals(sequence, answer.getSequence());
      recorded += answer.getResult().getRecorded();
    }
    chunks.onCompleted();
    assertEquals("the end", answers.poll(1, TimeUnit.MINUTES));
    return recorded;
  }

  /** Takes an error apart as a program would: code and ErrorInfo, and the fields at fault. */
  private static ErrorInfo refused(Throwable error, Status.Code code, ErrorReason reason, String... fields)
      throws Exception {
    assertEquals(code, Status.fromThrowable(error).getCode(), error.toString());
    ErrorInfo info = ErrorInfo.getDefaultInstance();
    List<String> named = new ArrayList<>();
    for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        info = detail.unpack(ErrorInfo.class);
      } else if (detail.is(BadRequest.class)) {
        detail.unpack(BadRequest.class).getFieldViolationsList().forEach(field -> named.add(field.getField()));
      }
    }
    assertEquals("lojal.dev", info.getDomain());
    assertEquals(reason, ErrorReason.valueOf("ERROR_REASON_" + info.getReason()));
    assertEquals(List.of(fields), named);
    return info;
  }

  @Test
  void callsOfEveryKindAreAnswered() throws Exception {
    try (Server server = new Server()) {
      ManagedChannel channel = server.connect();
      var key = Server.bearer(server.key());

      // A stream both ways, and once more: nothing is recorded twice.
      List<Transaction> purchases = purchases();
      assertEquals(TRANSACTIONS, load(server, channel, purchases));
      assertEquals(0, load(server, channel, purchases.subList(0, 1_500)));

      // A write. Its numbers are easy to check by hand: one of three recommends us, one does not, so the NPS is 0.
      var answers = RecordSurveyResponsesRequest.newBuilder();
      for (int score : new int[] {10, 8, 3}) {
        answers.addSurveyResponses(
            SurveyResponse.newBuilder()
                .setResponseId("java-" + score)
                .setCustomerId("0001")
                .setTime(at(Instant.now()))
                .setScore(score));
      }
      var ingest = IngestServiceGrpc.newBlockingStub(channel).withCallCredentials(key);
      assertEquals(3, ingest.recordSurveyResponses(answers.build()).getResult().getRecorded());

      // A question, with fields that may be absent, and types by the names they have here.
      GetNpsResponse nps =
          NpsServiceGrpc.newBlockingStub(channel)
              .withCallCredentials(key)
              .getNps(
                  GetNpsRequest.newBuilder()
                      .setAsOf(at(Instant.now().plus(Duration.ofHours(1))))
                      .setInterval(CalendarInterval.CALENDAR_INTERVAL_YEAR)
                      .build());
      assertTrue(nps.getNps().hasValue());
      assertEquals(0.0, nps.getNps().getValue());
      assertEquals(3, nps.getNps().getN());
      SeriesPeriod period = nps.getRows(0).getPeriod();
      assertFalse(period.getLabel().isEmpty());

      // A stream from the server, whole, within the 4 MiB a message that clients take by default.
      Instant end = LocalDate.of(1998, 7, 1).atStartOfDay(ZoneOffset.UTC).toInstant();
      Iterator<PredictCustomersResponse> messages =
          ClvServiceGrpc.newBlockingStub(channel)
              .withCallCredentials(key)
              .predictCustomers(
                  PredictCustomersRequest.newBuilder()
                      .setAsOf(at(end))
                      .setHorizon("12mo")
                      .setLimit(100_000)
                      .setWithTotals(true)
                      .setWithRanges(true)
                      .setWithBasisShares(true)
                      .build());
      Set<String> predicted = new HashSet<>();
      long total = 0;
      while (messages.hasNext()) {
        PredictCustomersResponse message = messages.next();
        total += message.getTotals().getCustomers();
        message.getPredictionsList().forEach(prediction -> predicted.add(prediction.getCustomerId()));
      }
      assertEquals(CUSTOMERS, predicted.size());
      assertEquals(CUSTOMERS, total);
    }
  }

  @Test
  void errorsTellWhatToDo() throws Exception {
    try (Server server = new Server()) {
      ManagedChannel channel = server.connect();
      var key = Server.bearer(server.key());
      var customers = CustomerServiceGrpc.newBlockingStub(channel).withCallCredentials(key);
      var unknown = GetCustomerRequest.newBuilder().setCustomerId("c43").build();
      var missing = assertThrows(StatusRuntimeException.class, () -> customers.getCustomer(unknown));
      ErrorInfo info = refused(missing, Status.Code.NOT_FOUND, ErrorReason.ERROR_REASON_CUSTOMER_NOT_FOUND);
      assertEquals("c43", info.getMetadataOrThrow("customer_id"));

      var row = Transaction.newBuilder().setTime(at(Instant.now()));
      var bad =
          RecordTransactionsRequest.newBuilder()
              .addTransactions(row.clone().setCustomerId("c1").setAmount(money("1.50", "EUR")))
              .addTransactions(row.clone().setCustomerId("c2").setAmount(money("1,50", "EUR")))
              .build();
      var ingest = IngestServiceGrpc.newBlockingStub(channel);
      var comma =
          assertThrows(
              StatusRuntimeException.class, () -> ingest.withCallCredentials(key).recordTransactions(bad));
      var field = "transactions[1].amount.amount";
      refused(comma, Status.Code.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_INVALID_FIELD, field);

      // A key for questions alone, made by a call; and no key at all.
      var admin = AdminServiceGrpc.newBlockingStub(channel);
      CreateApiKeyResponse made =
          admin
              .withCallCredentials(key)
              .createApiKey(
                  CreateApiKeyRequest.newBuilder().setName("questions").addScopes(Scope.SCOPE_READ).build());
      var questions = ingest.withCallCredentials(Server.bearer(made.getSecret()));
      var scope = assertThrows(StatusRuntimeException.class, () -> questions.recordTransactions(bad));
      info = refused(scope, Status.Code.PERMISSION_DENIED, ErrorReason.ERROR_REASON_SCOPE_MISSING);
      assertEquals("SCOPE_INGEST", info.getMetadataOrThrow("scope"));
      assertEquals(made.getApiKey().getKeyId(), info.getMetadataOrThrow("key_id"));
      var nobody =
          assertThrows(
              StatusRuntimeException.class,
              () -> admin.getServerInfo(GetServerInfoRequest.getDefaultInstance()));
      refused(nobody, Status.Code.UNAUTHENTICATED, ErrorReason.ERROR_REASON_API_KEY_MISSING);
    }
  }

  @Test
  void aDeadlineEndsACallAndNothingElse() throws Exception {
    try (Server server = new Server()) {
      ManagedChannel channel = server.connect();
      var key = Server.bearer(server.key());
      load(server, channel, purchases());
      var clv = ClvServiceGrpc.newBlockingStub(channel).withCallCredentials(key);
      var question =
          CompareModelsRequest.newBuilder().setCalibrationEnd("1997-09-30").setHoldoutEnd("1998-06-30").build();
      long began = System.nanoTime();
      var late =
          assertThrows(
              StatusRuntimeException.class,
              () -> clv.withDeadlineAfter(50, TimeUnit.MILLISECONDS).compareModels(question));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
      assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(5));
      var admin = AdminServiceGrpc.newBlockingStub(channel).withCallCredentials(key);
      GetServerInfoResponse info = admin.getServerInfo(GetServerInfoRequest.getDefaultInstance());
      assertEquals(TRANSACTIONS, info.getWorkspace().getTransactions());
    }
  }

  @Test
  void aWatchEndsWithTheServerAndGoesOn() throws Exception {
    try (Server server = new Server()) {
      ManagedChannel channel = server.remembered(configured(server));
      var key = Server.bearer(server.key());
      // Somebody who bought every week until two months ago: a silence to be warned of.
      var weekly = RecordTransactionsRequest.newBuilder();
      for (int week = 0; week < 30; week++) {
        weekly.addTransactions(
            Transaction.newBuilder()
                .setCustomerId("anna")
                .setTime(at(Instant.now().minus(Duration.ofDays(60 + 7 * week))))
                .setAmount(money("20", "EUR")));
      }
      IngestServiceGrpc.newBlockingStub(channel).withCallCredentials(key).recordTransactions(weekly.build());
      var loyalty = LoyaltyServiceGrpc.newBlockingStub(channel).withCallCredentials(key);
      var silences =
          WatchEarlyWarningsRequest.newBuilder().addKinds(EarlyWarningKind.EARLY_WARNING_KIND_SILENCE);
      var watch = loyalty.watchEarlyWarnings(silences.build());
      WatchEarlyWarningsResponse first = watch.next();
      assertEquals("anna", first.getWarnings(0).getCustomerId());

      assertEquals(0, server.stop());
      var end = assertThrows(StatusRuntimeException.class, watch::next);
      refused(end, Status.Code.UNAVAILABLE, ErrorReason.ERROR_REASON_SHUTTING_DOWN);

      // The next server tells the same again, from the beginning.
      server.run();
      WatchEarlyWarningsResponse again = loyalty.watchEarlyWarnings(silences.build()).next();
      assertEquals(first.getWarnings(0).getWarningId(), again.getWarnings(0).getWarningId());
    }
  }

  /** A channel with the service config that the contract recommends. */
  private static ManagedChannel configured(Server server) throws Exception {
    String text = Files.readString(REPOSITORY.resolve("proto/service_config.json"));
    @SuppressWarnings("unchecked")
    Map<String, Object> config = new Gson().fromJson(text, Map.class);
    return server.builder().defaultServiceConfig(config).build();
  }

  @Test
  void callsOutliveARestartByTheServiceConfig() throws Exception {
    try (Server server = new Server()) {
      var key = Server.bearer(server.key());
      ManagedChannel channel = server.remembered(configured(server));
      load(server, channel, purchases());
      var info = GetServerInfoRequest.getDefaultInstance();

      // While no server is there: refused at once without the config, and answered by the next server with it.
      assertEquals(0, server.stop());
      var bare = AdminServiceGrpc.newBlockingStub(server.connect()).withCallCredentials(key);
      var gone = assertThrows(StatusRuntimeException.class, () -> bare.getServerInfo(info));
      assertEquals(Status.Code.UNAVAILABLE, gone.getStatus().getCode());
      var asked = AdminServiceGrpc.newFutureStub(channel).withCallCredentials(key).getServerInfo(info);
      server.run();
      assertEquals(TRANSACTIONS, asked.get(1, TimeUnit.MINUTES).getWorkspace().getTransactions());

      // Under way when the server is killed: asked again of the next. A server that is held answers nothing meanwhile.
      server.hold();
      var under = AdminServiceGrpc.newFutureStub(channel).withCallCredentials(key).getServerInfo(info);
      assertThrows(TimeoutException.class, () -> under.get(200, TimeUnit.MILLISECONDS));
      server.kill();
      server.run();
      assertEquals(TRANSACTIONS, under.get(2, TimeUnit.MINUTES).getWorkspace().getTransactions());
    }
  }

  @Test
  void optionsOfMethodsReachJava() {
    var nps = NpsServiceProto.getDescriptor().findServiceByName("NpsService").findMethodByName("GetNps");
    assertEquals(IdempotencyLevel.NO_SIDE_EFFECTS, nps.getOptions().getIdempotencyLevel());
    assertTrue(NpsServiceGrpc.getGetNpsMethod().isSafe());
    assertTrue(IngestServiceGrpc.getImportMethod().isIdempotent());
    assertFalse(ClvServiceGrpc.getFitModelMethod().isIdempotent());
    assertNull(ErrorReason.forNumber(1_000));
    assertEquals(ModelTimeUnit.MODEL_TIME_UNIT_WEEK, ModelTimeUnit.forNumber(2));
  }
}
