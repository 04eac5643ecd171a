package dev.lojal.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The real binary with certificates and a key of its own, on a directory and a port of its own. */
final class Server implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Path place = Files.createTempDirectory("lojal-java-");
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final String key;
  private String address = "127.0.0.1:0";
  private Process process;

  /** Makes certificates and a key for everything, and starts a server on a port that is free. */
  Server() throws Exception {
    said("cert", "--out", path("certs"));
    String scopes = "ingest,read,personal,manage,erase,admin";
    key = said("key", "create", "--name", "java", "--scope", scopes, "--data-dir", path("data"));
    run();
  }

  String key() {
    return key;
  }

  private String path(String name) {
    return place.resolve(name).toString();
  }

  /** A command of the binary without the settings of whoever runs the tests. */
  private static ProcessBuilder lojal(String... arguments) {
    String binary = System.getenv("LOJAL_BIN");
    if (binary == null) {
      throw new AssertionError("LOJAL_BIN is not set: name the binary of the server that is to be tested");
    }
    List<String> command = new ArrayList<>(List.of(binary));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("LOJAL_"));
    return builder;
  }

  private String said(String... arguments) throws Exception {
    File errors = place.resolve("errors").toFile();
    Process ran = lojal(arguments).redirectError(errors).start();
    String out = new String(ran.getInputStream().readAllBytes()).strip();
    if (ran.waitFor() != 0) {
      throw new AssertionError("lojal " + List.of(arguments) + ": " + Files.readString(errors.toPath()));
    }
    return out;
  }

  /** Starts the server and waits until it listens; after the first time on the port it had. */
  void run() throws Exception {
    File log = place.resolve("log").toFile();
    process =
        lojal("serve", "--listen", address, "--data-dir", path("data"), "--tls-cert", path("certs/server.pem"),
                "--tls-key", path("certs/server.key"))
            .redirectError(ProcessBuilder.Redirect.appendTo(log))
            .start();
    BufferedReader out = process.inputReader();
    CompletableFuture<String> ready =
        CompletableFuture.supplyAsync(
            () -> {
              String beginning = "listening on https://";
              return out.lines()
                  .filter(line -> line.contains(beginning))
                  .map(line -> line.substring(line.indexOf(beginning) + beginning.length()).split("\\s")[0])
                  .findFirst()
                  .orElse("");
            });
    address = ready.get(1, TimeUnit.MINUTES);
    if (address.isEmpty()) {
      throw new AssertionError("the server ended as it started: " + Files.readString(log.toPath()));
    }
  }

  /** Asks the server to end, and returns its exit code. */
  int stop() throws Exception {
    // SIGTERM, where there is such a thing.
    process.destroy();
    return ended();
  }

  /** Lets the server do nothing from here on, not even end. */
  void hold() throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-STOP", String.valueOf(process.pid())).start().waitFor());
  }

  void kill() throws Exception {
    process.destroyForcibly();
    ended();
  }

  private int ended() throws Exception {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the server does not stop");
    }
    return process.exitValue();
  }

  /** Connects over TLS. */
  ManagedChannel connect() throws IOException {
    return remembered(builder().build());
  }

  ManagedChannel remembered(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  ManagedChannelBuilder<?> builder() throws IOException {
    File authorities = new File(path("certs/ca.pem"));
    return Grpc.newChannelBuilder(address, TlsChannelCredentials.newBuilder().trustManager(authorities).build());
  }

  /** Sends an API key with each call. */
  static CallCredentials bearer(String key) {
    return new CallCredentials() {
      @Override
      public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier applier) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + key);
        applier.apply(headers);
      }
    };
  }

  @Override
  public void close() throws Exception {
    channels.forEach(ManagedChannel::shutdownNow);
    if (process.isAlive()) {
      kill();
    }
    try (var files = Files.walk(place)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
