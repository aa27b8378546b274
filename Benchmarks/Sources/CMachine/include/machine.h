#pragma once

#include <stdint.h>

/// The widest vectors of floats that this processor works on: 16 (AVX-512), 8 (AVX2 with FMA) or 4.
int machine_widest_lanes(void);

/// The floating-point operations per second of one thread: `rounds` of fused multiply-adds (two operations each) in
/// registers of `lanes` (16, 8 or 4) floats, enough of them at once to hide the latency of each.
double machine_fma_rate(int lanes, int64_t rounds);

/// a[i] = b[i] + scalar · c[i]: the triad of McCalpin's STREAM.
void machine_triad(float *a, const float *b, const float *c, float scalar, int64_t count);
