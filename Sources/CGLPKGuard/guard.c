#include "guard.h"

#include <math.h>
#include <setjmp.h>
#include <string.h>

#include "CGLPKGuard.h"

struct guard {
  jmp_buf escape;
  char *message;
  int capacity;
  int length;
};

static _Thread_local unsigned long epoch;

/* Collects what GLPK would print. A nonzero result keeps it off the terminal. */
static int collect(void *info, const char *text) {
  struct guard *guard = info;
  int n = (int)strlen(text);
  if (n > guard->capacity - 1 - guard->length) n = guard->capacity - 1 - guard->length;
  if (n > 0) {
    memcpy(guard->message + guard->length, text, (size_t)n);
    guard->length += n;
    guard->message[guard->length] = 0;
  }
  return 1;
}

static void escape(void *info) { longjmp(((struct guard *)info)->escape, 1); }

int cglpk_guarded(void (*body)(void *), void *argument, char *message, int capacity) {
  struct guard guard = {.message = message, .capacity = capacity, .length = 0};
  message[0] = 0;
  if (setjmp(guard.escape)) {
    glp_free_env(); /* frees every block of this thread: the failed call's and every living program's */
    epoch++;
    return -1;
  }
  glp_term_hook(collect, &guard);
  glp_error_hook(escape, &guard);
  body(argument);
  glp_error_hook(NULL, NULL);
  glp_term_hook(NULL, NULL);
  return 0;
}

void cglpk_set_bounds(glp_prob *lp, void (*set)(glp_prob *, int, int, double, double), int index, double lower,
                      double upper) {
  int has_lower = lower > -HUGE_VAL, has_upper = upper < HUGE_VAL;
  int type = has_lower ? (has_upper ? (lower == upper ? GLP_FX : GLP_DB) : GLP_LO)
                       : (has_upper ? GLP_UP : GLP_FR);
  set(lp, index, type, has_lower ? lower : 0, has_upper ? upper : 0);
}

void cglpk_append_rows(glp_prob *lp, int count, const int *starts, const int *columns,
                       const double *coefficients, const double *lower, const double *upper, int *index,
                       double *entry) {
  if (count == 0) return;
  int first = glp_add_rows(lp, count);
  for (int i = 0; i < count; i++) {
    int length = 0;
    for (int k = starts[i]; k < starts[i + 1]; k++) {
      length++;
      index[length] = columns[k] + 1;
      entry[length] = coefficients[k];
    }
    glp_set_mat_row(lp, first + i, length, index, entry);
    cglpk_set_bounds(lp, glp_set_row_bnds, first + i, lower[i], upper[i]);
  }
}

unsigned long cglpk_epoch(void) { return epoch; }

const void *cglpk_thread(void) { return &epoch; }

static void fail(void *argument) {
  (void)argument;
  glp_add_cols(glp_create_prob(), -1);
}

int cglpk_guarded_failure(char *message, int messageCapacity) {
  return cglpk_guarded(fail, NULL, message, messageCapacity);
}

const char *cglpk_version(void) { return glp_version(); }
