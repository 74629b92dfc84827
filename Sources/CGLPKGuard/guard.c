#include "CGLPKGuard.h"

#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct guard {
  jmp_buf escape;
  char *message;
  int capacity;
  int length;
};

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

static void set_bounds(glp_prob *lp, void (*set)(glp_prob *, int, int, double, double), int index,
                       double lower, double upper) {
  int has_lower = lower > -HUGE_VAL, has_upper = upper < HUGE_VAL;
  int type = has_lower ? (has_upper ? (lower == upper ? GLP_FX : GLP_DB) : GLP_LO)
                       : (has_upper ? GLP_UP : GLP_FR);
  set(lp, index, type, has_lower ? lower : 0, has_upper ? upper : 0);
}

int cglpk_guarded_minimize(int rows, int columns, const double *matrix,
                           const double *rowLower, const double *rowUpper,
                           const double *columnLower, const double *columnUpper,
                           int objectives, const double *costs,
                           int millisecondsPerObjective,
                           int *status, double *value, double *primal, double *dual,
                           char *message, int messageCapacity) {
  struct guard guard = {.message = message, .capacity = messageCapacity, .length = 0};
  /* Allocated before setjmp and freed on both paths, so their values survive the jump. */
  int *const index = malloc(sizeof(int) * (size_t)(columns + 1));
  double *const entry = malloc(sizeof(double) * (size_t)(columns + 1));
  message[0] = 0;
  if (!index || !entry) {
    free(index);
    free(entry);
    return -1;
  }
  if (setjmp(guard.escape)) {
    glp_free_env(); /* frees every block of the failed call, the program included */
    free(index);
    free(entry);
    return -1;
  }
  glp_term_hook(collect, &guard);
  glp_error_hook(escape, &guard);

  glp_prob *lp = glp_create_prob();
  glp_set_obj_dir(lp, GLP_MIN);
  glp_add_cols(lp, columns);
  for (int j = 0; j < columns; j++) set_bounds(lp, glp_set_col_bnds, j + 1, columnLower[j], columnUpper[j]);
  if (rows > 0) glp_add_rows(lp, rows);
  for (int i = 0; i < rows; i++) {
    int count = 0;
    for (int j = 0; j < columns; j++) {
      double a = matrix[(size_t)i * (size_t)columns + (size_t)j];
      if (a == 0) continue;
      count++;
      index[count] = j + 1;
      entry[count] = a;
    }
    glp_set_mat_row(lp, i + 1, count, index, entry);
    set_bounds(lp, glp_set_row_bnds, i + 1, rowLower[i], rowUpper[i]);
  }
  glp_smcp parameters;
  glp_init_smcp(&parameters);
  parameters.msg_lev = GLP_MSG_OFF;
  parameters.tm_lim = millisecondsPerObjective;
  for (int o = 0; o < objectives; o++) {
    for (int j = 0; j < columns; j++)
      glp_set_obj_coef(lp, j + 1, costs[(size_t)o * (size_t)columns + (size_t)j]);
    int failure = glp_simplex(lp, &parameters);
    status[o] = failure ? 0 : glp_get_status(lp);
    value[o] = glp_get_obj_val(lp);
    for (int j = 0; j < columns; j++) primal[(size_t)o * (size_t)columns + (size_t)j] = glp_get_col_prim(lp, j + 1);
    for (int i = 0; i < rows; i++) dual[(size_t)o * (size_t)rows + (size_t)i] = glp_get_row_dual(lp, i + 1);
  }
  glp_delete_prob(lp);
  glp_error_hook(NULL, NULL);
  glp_term_hook(NULL, NULL);
  free(index);
  free(entry);
  return 0;
}

const char *cglpk_version(void) { return glp_version(); }
