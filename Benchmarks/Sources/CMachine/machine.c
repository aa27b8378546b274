#include "machine.h"

#include <time.h>

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Twelve chains of dependent multiply-adds: two units times a latency of four to five cycles need eight to ten, and with
// the two factors they fit into the sixteen registers of AVX2.
#define CHAINS 12

// The empty assembly makes the compiler believe that it changes the chain, so that it neither removes nor merges work.
#define DEFINE_FMA_RATE(LANES, TARGET, CONSTRAINT)                                     \
  TARGET static double fma_rate_##LANES(int64_t rounds) {                              \
    typedef float vector __attribute__((vector_size(LANES * 4)));                      \
    vector x[CHAINS];                                                                  \
    vector a, b;                                                                       \
    for (int l = 0; l < LANES; l++) {                                                  \
      a[l] = 0.999f;                                                                   \
      b[l] = 0.001f;                                                                   \
      for (int i = 0; i < CHAINS; i++) x[i][l] = 0.01f * (float)(i + l);               \
    }                                                                                  \
    double start = seconds();                                                          \
    for (int64_t round = 0; round < rounds; round++) {                                 \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) {            \
        x[i] = __builtin_elementwise_fma(x[i], a, b);                                  \
        __asm__ volatile("" : "+" CONSTRAINT(x[i]));                                   \
      }                                                                                \
    }                                                                                  \
    return 2.0 * LANES * CHAINS * (double)rounds / (seconds() - start);                \
  }

#if defined(__x86_64__)
DEFINE_FMA_RATE(16, __attribute__((target("avx512f"))), "v")
DEFINE_FMA_RATE(8, __attribute__((target("avx2,fma"))), "x")
DEFINE_FMA_RATE(4, __attribute__((target("fma"))), "x")

int machine_widest_lanes(void) {
  if (__builtin_cpu_supports("avx512f")) return 16;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;
  return 4;
}

double machine_fma_rate(int lanes, int64_t rounds) {
  if (lanes > machine_widest_lanes()) return 0;
  if (lanes == 16) return fma_rate_16(rounds);
  return lanes == 8 ? fma_rate_8(rounds) : fma_rate_4(rounds);
}
#else
DEFINE_FMA_RATE(4, , "w")

int machine_widest_lanes(void) { return 4; }

double machine_fma_rate(int lanes, int64_t rounds) { return lanes == 4 ? fma_rate_4(rounds) : 0; }
#endif

void machine_triad(float *restrict a, const float *restrict b, const float *restrict c, float scalar, int64_t count) {
  for (int64_t i = 0; i < count; i++) a[i] = b[i] + scalar * c[i];
}
