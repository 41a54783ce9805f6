package goshawk.spark;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** How an executor starts its engine, and with which settings (the variables of docs/distributed.md). */
record EngineCommand(List<String> command, Map<String, String> environment) implements Serializable {}
