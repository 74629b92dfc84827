#include <math.h>
#include <stdlib.h>

#include "CGLPKGuard.h"
#include "guard.h"

struct call {
  int rows, columns, objectives, milliseconds;
  const double *matrix, *rowLower, *rowUpper, *columnLower, *columnUpper, *costs;
  int *status;
  double *value, *primal, *dual;
  int *index;
  double *entry;
};

/* The columns at the end of their range that the costs ask for: a basis from which the dual simplex method can start. */
static void start_dual(glp_prob *lp, const struct call *call, const double *costs) {
  for (int i = 0; i < call->rows; i++) glp_set_row_stat(lp, i + 1, GLP_BS);
  for (int j = 0; j < call->columns; j++) {
    int isFixed = call->columnLower[j] == call->columnUpper[j];
    glp_set_col_stat(lp, j + 1, isFixed ? GLP_NS : costs[j] < 0 ? GLP_NU : GLP_NL);
  }
}

static int has_ranges(const struct call *call) {
  for (int j = 0; j < call->columns; j++)
    if (!isfinite(call->columnLower[j]) || !isfinite(call->columnUpper[j])) return 0;
  return 1;
}

static void minimize(void *argument) {
  struct call *call = argument;
  int rows = call->rows, columns = call->columns;
  glp_prob *lp = glp_create_prob();
  glp_set_obj_dir(lp, GLP_MIN);
  glp_add_cols(lp, columns);
  for (int j = 0; j < columns; j++)
    cglpk_set_bounds(lp, glp_set_col_bnds, j + 1, call->columnLower[j], call->columnUpper[j]);
  if (rows > 0) glp_add_rows(lp, rows);
  for (int i = 0; i < rows; i++) {
    int count = 0;
    for (int j = 0; j < columns; j++) {
      double a = call->matrix[(size_t)i * (size_t)columns + (size_t)j];
      if (a == 0) continue;
      count++;
      call->index[count] = j + 1;
      call->entry[count] = a;
    }
    glp_set_mat_row(lp, i + 1, count, call->index, call->entry);
    cglpk_set_bounds(lp, glp_set_row_bnds, i + 1, call->rowLower[i], call->rowUpper[i]);
  }
  glp_smcp parameters;
  glp_init_smcp(&parameters);
  parameters.msg_lev = GLP_MSG_OFF;
  parameters.tm_lim = call->milliseconds;
  /* Over many columns with few rows the primal method moves one column after another; the dual one flips many at a time. */
  int isDual = columns > 2 * rows && has_ranges(call);
  if (isDual) {
    parameters.meth = GLP_DUALP;
    parameters.r_test = GLP_RT_FLIP;
  }
  for (int o = 0; o < call->objectives; o++) {
    size_t atColumn = (size_t)o * (size_t)columns, atRow = (size_t)o * (size_t)rows;
    for (int j = 0; j < columns; j++) glp_set_obj_coef(lp, j + 1, call->costs[atColumn + (size_t)j]);
    if (isDual) start_dual(lp, call, call->costs + atColumn);
    int failure = glp_simplex(lp, &parameters);
    call->status[o] = failure ? 0 : glp_get_status(lp);
    call->value[o] = glp_get_obj_val(lp);
    for (int j = 0; j < columns; j++) call->primal[atColumn + (size_t)j] = glp_get_col_prim(lp, j + 1);
    for (int i = 0; i < rows; i++) call->dual[atRow + (size_t)i] = glp_get_row_dual(lp, i + 1);
  }
  glp_delete_prob(lp);
}

int cglpk_guarded_minimize(int rows, int columns, const double *matrix,
                           const double *rowLower, const double *rowUpper,
                           const double *columnLower, const double *columnUpper,
                           int objectives, const double *costs,
                           int millisecondsPerObjective,
                           int *status, double *value, double *primal, double *dual,
                           char *message, int messageCapacity) {
  struct call call = {rows, columns, objectives, millisecondsPerObjective, matrix, rowLower, rowUpper,
                      columnLower, columnUpper, costs, status, value, primal, dual, NULL, NULL};
  message[0] = 0;
  call.index = malloc(sizeof(int) * (size_t)(columns + 1));
  call.entry = malloc(sizeof(double) * (size_t)(columns + 1));
  int code = call.index && call.entry ? cglpk_guarded(minimize, &call, message, messageCapacity) : -1;
  free(call.index);
  free(call.entry);
  return code;
}
