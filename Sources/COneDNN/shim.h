#pragma once

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

typedef void (*robust_set_threads)(int);

/// OpenMP's `omp_set_num_threads` where the process has loaded an OpenMP runtime (oneDNN's, for want of another).
static inline robust_set_threads robust_openmp_set_threads(void) {
  return (robust_set_threads)dlsym(RTLD_DEFAULT, "omp_set_num_threads");
}
