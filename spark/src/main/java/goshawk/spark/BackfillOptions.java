package goshawk.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the batch job is told on its command line. Words after --read, --features and --assemble go to those steps. */
record BackfillOptions(
    List<String> inputs,
    String output,
    int places,
    String catalogue,
    List<String> engine,
    List<String> readWords,
    List<String> features,
    List<String> assemble)
    implements Serializable {

  static final String USAGE = """
      Options of goshawk.spark.GoshawkBackfill; most users want ./goshawk spark backfill --help:
        --input FILE      a file that every executor can read; repeat it
        --output DIR      folder of the table; must not be there yet (any file system that Spark knows)
        --places N        parts that histories and time are divided into
        --catalogue FILE  catalogue document that every executor can read; that of the program where not said
        --engine WORD     the engine's command, a word at a time; repeat it
        --read WORD, --features WORD, --assemble WORD
                          options of the engine's steps, a word at a time""";

  static BackfillOptions parse(String[] args, Map<String, String> env) {
    Map<String, List<String>> given = new HashMap<>();
    List<String> known =
        List.of("--input", "--output", "--places", "--catalogue", "--engine", "--read", "--features", "--assemble");
    for (String name : known) given.put(name, new ArrayList<>());
    for (int i = 0; i < args.length; i += 2) {
      if (!known.contains(args[i])) throw new IllegalArgumentException("There is no option " + args[i] + ".\n" + USAGE);
      if (i + 1 == args.length) throw new IllegalArgumentException(args[i] + " needs a value.\n" + USAGE);
      given.get(args[i]).add(args[i + 1]);
    }
    for (String name : List.of("--input", "--output", "--places", "--engine")) {
      if (given.get(name).isEmpty()) throw new IllegalArgumentException(name + " is required.\n" + USAGE);
    }
    return new BackfillOptions(
        given.get("--input"),
        given.get("--output").get(0),
        Integer.parseInt(given.get("--places").get(0)),
        given.get("--catalogue").isEmpty() ? null : given.get("--catalogue").get(0),
        given.get("--engine"),
        given.get("--read"),
        given.get("--features"),
        given.get("--assemble"));
  }

  /** A step's command. `catalogueHash` is what the first one said: a step that would compute another catalogue ends. */
  EngineCommand step(String name, String catalogueHash, List<String> words) {
    List<String> command = new ArrayList<>(engine);
    command.add(name);
    if (catalogue != null) command.addAll(List.of("--catalogue", catalogue));
    if (catalogueHash != null) command.addAll(List.of("--catalogue-hash", catalogueHash));
    command.addAll(words);
    return new EngineCommand(command, Map.of());
  }

  List<String> read(int number) {
    List<String> words = new ArrayList<>(readWords);
    words.addAll(List.of("--file", String.valueOf(number), "--", inputs.get(number)));
    return words;
  }
}
