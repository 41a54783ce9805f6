package goshawk.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** How an executor starts its engine, and with which settings (the variables of docs/distributed.md). */
record EngineCommand(List<String> command, Map<String, String> environment) implements Serializable {
  /** Its messages are the executor's. */
  Process start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      return builder.start();
    } catch (IOException error) {
      throw new IOException(
          "The engine cannot be started (" + String.join(" ", command) + "): " + error.getMessage()
              + ". Install goshawk on every executor, and name it with --engine.", error);
    }
  }

  /** Work beside an engine process that keeps nobody from ending. */
  static void daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }
}
