#pragma once

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <stdbool.h>
#include <string.h>

typedef void (*robust_set_threads)(int);

/// OpenMP's `omp_set_num_threads` where the process has loaded an OpenMP runtime (oneDNN's, for want of another).
static inline robust_set_threads robust_openmp_set_threads(void) {
  return (robust_set_threads)dlsym(RTLD_DEFAULT, "omp_set_num_threads");
}

// Below: convolution of one image. oneDNN 2 has memory descriptors by value and operation descriptors, oneDNN 3 neither.

/// A primitive with the memory it works in, so that it can run on any thread.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_t scratchpad;
} robust_call;

/// A tensor as the caller has it (row-major) and as a primitive wants it, and the way from one to the other.
typedef struct {
  dnnl_memory_t plain;
  dnnl_memory_t blocked;
  size_t blocked_count;
  robust_call reorder;
} robust_operand;

typedef enum { robust_forward, robust_by_input, robust_by_weights } robust_direction;

/// Arrays are extents in oneDNN's order: `rank` of source and destination, `weights_rank` of the weights (one more where
/// they are grouped), two fewer than `rank` of the others. A dilation of 0 leaves nothing out.
typedef struct {
  int rank, weights_rank;
  dnnl_dim_t source[5], weights[6], bias[1], destination[5], strides[3], dilations[3], before[3], after[3];
} robust_convolution_sizes;

/// A layout of `rank` extents: row-major, or `any` for whatever the primitive likes best.
static inline dnnl_status_t robust_layout(
    dnnl_memory_desc_t *layout, int rank, const dnnl_dim_t *extents, bool any) {
  dnnl_dims_t dims = {0};
  for (int i = 0; i < rank; i++) dims[i] = extents[i];
  const dnnl_format_tag_t tag = any     ? dnnl_format_tag_any
      : rank == 6                   ? dnnl_abcdef
      : rank == 5                   ? dnnl_abcde
      : rank == 4                   ? dnnl_abcd
                                    : dnnl_a;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(layout, rank, dims, dnnl_f32, tag);
#else
  return dnnl_memory_desc_init_by_tag(layout, rank, dims, dnnl_f32, tag);
#endif
}

static inline void robust_layout_destroy(dnnl_memory_desc_t *layout) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_destroy(*layout);
#else
  (void)layout;
#endif
}

#if DNNL_VERSION_MAJOR >= 3
#define ROBUST_LAYOUT(layout) (layout)
#else
#define ROBUST_LAYOUT(layout) (&(layout))
#endif

/// Consumes `descriptor`.
static inline dnnl_status_t robust_call_create(
    robust_call *call, dnnl_primitive_desc_t descriptor, dnnl_engine_t engine) {
  dnnl_status_t status = dnnl_primitive_create(&call->primitive, descriptor);
  if (status == dnnl_success)
    status = dnnl_memory_create(
        &call->scratchpad, dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0), engine,
        DNNL_MEMORY_ALLOCATE);
  dnnl_primitive_desc_destroy(descriptor);
  return status;
}

static inline void robust_call_destroy(robust_call *call) {
  dnnl_primitive_destroy(call->primitive);
  dnnl_memory_destroy(call->scratchpad);
}

/// What the primitive of `descriptor` calls `argument` (`DNNL_ARG_…`); `is_result` if it is written, not read.
static inline dnnl_status_t robust_operand_create(
    robust_operand *operand, const_dnnl_primitive_desc_t descriptor, int argument, bool is_result,
    const robust_convolution_sizes *sizes, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine) {
  const bool is_bias = argument == DNNL_ARG_BIAS;
  const bool is_source = argument == DNNL_ARG_SRC || argument == DNNL_ARG_DIFF_SRC;
  const bool is_destination = argument == DNNL_ARG_DST || argument == DNNL_ARG_DIFF_DST;
  const dnnl_dim_t *extents = is_bias ? sizes->bias
      : is_source                     ? sizes->source
      : is_destination                ? sizes->destination
                                      : sizes->weights;
  const int rank = is_bias ? 1 : is_source || is_destination ? sizes->rank : sizes->weights_rank;
  dnnl_memory_desc_t plain;
  dnnl_status_t status = robust_layout(&plain, rank, extents, false);
  if (status != dnnl_success) return status;
  __auto_type blocked = dnnl_primitive_desc_query_md(descriptor, dnnl_query_exec_arg_md, argument);
  dnnl_primitive_desc_t reorder = NULL;
  status = dnnl_memory_create(&operand->plain, ROBUST_LAYOUT(plain), engine, DNNL_MEMORY_NONE);
  if (status == dnnl_success) status = dnnl_memory_create(&operand->blocked, blocked, engine, DNNL_MEMORY_ALLOCATE);
  if (status == dnnl_success)
    status = is_result
        ? dnnl_reorder_primitive_desc_create(&reorder, blocked, engine, ROBUST_LAYOUT(plain), engine, attributes)
        : dnnl_reorder_primitive_desc_create(&reorder, ROBUST_LAYOUT(plain), engine, blocked, engine, attributes);
  if (status == dnnl_success) status = robust_call_create(&operand->reorder, reorder, engine);
  operand->blocked_count = dnnl_memory_desc_get_size(blocked) / sizeof(float);
  robust_layout_destroy(&plain);
  return status;
}

static inline void robust_operand_destroy(robust_operand *operand) {
  dnnl_memory_destroy(operand->plain);
  dnnl_memory_destroy(operand->blocked);
  robust_call_destroy(&operand->reorder);
}

/// Another memory of the same layout and elements.
static inline dnnl_status_t robust_memory_copy(dnnl_memory_t *copy, const_dnnl_memory_t original, dnnl_engine_t engine) {
#if DNNL_VERSION_MAJOR >= 3
  const_dnnl_memory_desc_t layout;
#else
  const dnnl_memory_desc_t *layout;
#endif
  void *from, *to;
  dnnl_status_t status = dnnl_memory_get_memory_desc(original, &layout);
  if (status == dnnl_success) status = dnnl_memory_create(copy, layout, engine, DNNL_MEMORY_ALLOCATE);
  if (status == dnnl_success) status = dnnl_memory_get_data_handle(original, &from);
  if (status == dnnl_success) status = dnnl_memory_get_data_handle(*copy, &to);
  if (status == dnnl_success) memcpy(to, from, dnnl_memory_desc_get_size(layout));
  return status;
}

/// The descriptor of a convolution in the layouts it likes best; `dnnl_unimplemented` if only the slow reference has it.
static inline dnnl_status_t robust_convolution_descriptor(
    dnnl_primitive_desc_t *result, robust_direction direction, const robust_convolution_sizes *sizes, bool has_bias,
    const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine) {
  dnnl_memory_desc_t source, weights, bias, destination;
  dnnl_status_t status = robust_layout(&source, sizes->rank, sizes->source, true);
  if (status == dnnl_success) status = robust_layout(&weights, sizes->weights_rank, sizes->weights, true);
  if (status == dnnl_success) status = robust_layout(&bias, 1, sizes->bias, false);
  if (status == dnnl_success) status = robust_layout(&destination, sizes->rank, sizes->destination, true);
  if (status != dnnl_success) return status;
  dnnl_primitive_desc_t forward = NULL;
#if DNNL_VERSION_MAJOR >= 3
  status = dnnl_convolution_forward_primitive_desc_create(
      &forward, engine, dnnl_forward_training, dnnl_convolution_direct, source, weights, has_bias ? bias : NULL,
      destination, sizes->strides, sizes->dilations, sizes->before, sizes->after, attributes);
  if (status == dnnl_success && direction == robust_by_input)
    status = dnnl_convolution_backward_data_primitive_desc_create(
        result, engine, dnnl_convolution_direct, source, weights, destination, sizes->strides, sizes->dilations, sizes->before,
        sizes->after, forward, attributes);
  if (status == dnnl_success && direction == robust_by_weights)
    status = dnnl_convolution_backward_weights_primitive_desc_create(
        result, engine, dnnl_convolution_direct, source, weights, NULL, destination, sizes->strides, sizes->dilations,
        sizes->before, sizes->after, forward, attributes);
#else
  dnnl_convolution_desc_t operation;
  status = dnnl_dilated_convolution_forward_desc_init(
      &operation, dnnl_forward_training, dnnl_convolution_direct, &source, &weights, has_bias ? &bias : NULL,
      &destination, sizes->strides, sizes->dilations,
            sizes->before, sizes->after);
  if (status == dnnl_success) status = dnnl_primitive_desc_create(&forward, &operation, attributes, engine, NULL);
  if (status == dnnl_success && direction != robust_forward) {
    status = direction == robust_by_input
        ? dnnl_dilated_convolution_backward_data_desc_init(
            &operation, dnnl_convolution_direct, &source, &weights, &destination, sizes->strides, sizes->dilations,
            sizes->before, sizes->after)
        : dnnl_dilated_convolution_backward_weights_desc_init(
            &operation, dnnl_convolution_direct, &source, &weights, NULL, &destination, sizes->strides, sizes->dilations,
            sizes->before, sizes->after);
    if (status == dnnl_success)
      status = dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
  }
#endif
  robust_layout_destroy(&source);
  robust_layout_destroy(&weights);
  robust_layout_destroy(&bias);
  robust_layout_destroy(&destination);
  if (direction == robust_forward) {
    *result = forward;
  } else if (forward) {
    dnnl_primitive_desc_destroy(forward);
  }
  if (status != dnnl_success) return status;
  const char *name = NULL;
  dnnl_primitive_desc_query(*result, dnnl_query_impl_info_str, 0, &name);
  if (name == NULL || strncmp(name, "ref", 3) != 0) return dnnl_success;
  dnnl_primitive_desc_destroy(*result);
  return dnnl_unimplemented;
}
