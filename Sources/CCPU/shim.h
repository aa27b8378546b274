#pragma once

#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>

/// What CPUID answers; all zero if the processor does not know `leaf`.
typedef struct {
  uint32_t eax, ebx, ecx, edx;
} robust_cpuid_answer;

static inline robust_cpuid_answer robust_cpuid(uint32_t leaf) {
  robust_cpuid_answer answer = {0, 0, 0, 0};
  __get_cpuid_count(leaf, 0, &answer.eax, &answer.ebx, &answer.ecx, &answer.edx);
  return answer;
}

/// XCR0, the registers that the system saves and restores; only where CPUID says that it can be read (OSXSAVE).
static inline uint64_t robust_saved_registers(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}
#endif
