import Foundation
import Testing

/// A linear classifier in C that speaks the protocol: 1×2×3 images, 4 classes, score k is Σ w(k, i) x(i).
///
/// Its argument says how it misbehaves.
enum ReferenceChild {
  static func weight(_ k: Int, _ i: Int) -> Float { Float((i * 7 + k * 13) % 11 - 5) / 10 }

  /// The command that runs it, compiled once.
  static let path: String? = {
    let folder = NSTemporaryDirectory() + "robust-child-\(ProcessInfo.processInfo.processIdentifier)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? source.write(toFile: folder + "/child.c", atomically: true, encoding: .utf8)
    for compiler in ["cc", "clang", "gcc"] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [compiler, "-O1", "-o", folder + "/child", folder + "/child.c"]
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { continue }
      process.waitUntilExit()
      if process.terminationStatus == 0 { return folder + "/child" }
    }
    return nil
  }()

  private static let source = #"""
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    #include <math.h>
    enum { inputs = 6, classes = 4 };
    static float weight(int k, int i) { return ((i * 7 + k * 13) % 11 - 5) / 10.0f; }
    static void reply(const float *values, int count) {
      printf("{\"bytes\": %d}\n", count * 4);
      fwrite(values, 4, count, stdout);
      fflush(stdout);
    }
    int main(int argc, char **argv) {
      const char *mode = argc > 1 ? argv[1] : "";
      int passes = 0;
      char line[4096];
      while (fgets(line, sizeof line, stdin)) {
        if (strstr(line, "describe")) {
          if (!strcmp(mode, "garbage")) { printf("hello\n"); fflush(stdout); continue; }
          if (!strcmp(mode, "silent")) { sleep(60); continue; }
          if (!strcmp(mode, "refuse")) { printf("{\"error\": \"no GPU\"}\n"); fflush(stdout); continue; }
          printf("{\"protocol\": \"%s\", \"name\": \"linear\", \"shape\": %s, \"classes\": %d, \"gives\": \"%s\", "
                 "\"hash\": \"w1\"}\n", !strcmp(mode, "version") ? "robust-model-9" : "robust-model-1",
                 !strcmp(mode, "shape") ? "[6]" : "[1, 2, 3]", !strcmp(mode, "oneclass") ? 1 : classes,
                 !strcmp(mode, "labels") ? "labels" : !strcmp(mode, "scores") ? "scores" : "gradients");
          fflush(stdout);
          continue;
        }
        int count = atoi(strstr(line, "\"count\": ") + 9);
        float *x = malloc(count * inputs * 4), *seed = malloc(count * classes * 4);
        float *result = calloc(count * (inputs + classes), 4);
        if (fread(x, 4, count * inputs, stdin) != (size_t)(count * inputs)) return 3;
        int isGradient = strstr(line, "gradient") != NULL;
        if (isGradient && fread(seed, 4, count * classes, stdin) != (size_t)(count * classes)) return 3;
        passes++;
        if (!strcmp(mode, "crash") && passes == 2) { fprintf(stderr, "out of memory\n"); return 7; }
        if (!strcmp(mode, "abort") && passes == 2) abort();
        if (!strcmp(mode, "hang") && passes == 2) sleep(60);
        if (!strcmp(mode, "short") && passes == 2) { reply(result, 1); continue; }
        if (!strcmp(mode, "partial") && passes == 2) {
          printf("{\"bytes\": %d}\n1234", count * classes * 4); fflush(stdout); return 0;
        }
        if (!strcmp(mode, "endless")) { for (;;) if (fputs("xxxxxxxxxxxxxxxx", stdout) < 0) return 1; }
        for (int b = 0; b < count; b++)
          for (int k = 0; k < classes; k++)
            for (int i = 0; i < inputs; i++) {
              if (isGradient) result[b * inputs + i] += weight(k, i) * seed[b * classes + k];
              else result[b * classes + k] += weight(k, i) * x[b * inputs + i];
            }
        if (!strcmp(mode, "nan") && passes == 2) result[0] = NAN;
        if (!strcmp(mode, "labels")) {
          for (int b = 0; b < count; b++) {
            int best = 0;
            for (int k = 1; k < classes; k++) if (result[b * classes + k] > result[b * classes + best]) best = k;
            seed[b] = best;
          }
          reply(seed, count);
        } else reply(result, count * (isGradient ? inputs : classes));
        free(x); free(seed); free(result);
      }
      return 0;
    }
    """#
}
