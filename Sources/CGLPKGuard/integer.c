#include <math.h>
#include <stdlib.h>

#include "CGLPKGuard.h"
#include "guard.h"

struct call {
  int rows, columns, milliseconds, nodeLimit;
  const int *starts, *indices, *isInteger;
  const double *coefficients, *rowLower, *rowUpper, *lower, *upper, *costs;
  double objectiveTolerance, target;
  const volatile int *stop;
  int *status, *isComplete, *nodes;
  double *value, *bound, *primal;
  int *index;
  double *entry;
};

/* Called by GLPK within the guarded call: no foreign frame. */
static void watch(glp_tree *tree, void *info) {
  struct call *call = info;
  int best = glp_ios_best_node(tree);
  if (best) *call->bound = glp_ios_node_bound(tree, best);
  glp_prob *lp = glp_ios_get_prob(tree);
  int isReached = call->target < HUGE_VAL && glp_mip_status(lp) == GLP_FEAS && glp_mip_obj_val(lp) <= call->target;
  if (*call->stop || isReached || *call->bound > call->target) glp_ios_terminate(tree);
  if (glp_ios_reason(tree) != GLP_ISELECT) return;
  if (*call->nodes < call->nodeLimit)
    ++*call->nodes;
  else
    glp_ios_terminate(tree);
}

static void minimize(void *argument) {
  struct call *call = argument;
  glp_prob *lp = glp_create_prob();
  glp_set_obj_dir(lp, GLP_MIN);
  glp_add_cols(lp, call->columns);
  for (int j = 0; j < call->columns; j++) {
    if (call->isInteger[j]) glp_set_col_kind(lp, j + 1, GLP_IV);
    cglpk_set_bounds(lp, glp_set_col_bnds, j + 1, call->lower[j], call->upper[j]);
    glp_set_obj_coef(lp, j + 1, call->costs[j]);
  }
  cglpk_append_rows(lp, call->rows, call->starts, call->indices, call->coefficients, call->rowLower,
                    call->rowUpper, call->index, call->entry);
  glp_iocp parameters;
  glp_init_iocp(&parameters);
  parameters.msg_lev = GLP_MSG_OFF;
  parameters.presolve = GLP_ON;
  parameters.tm_lim = call->milliseconds;
  parameters.mip_gap = 0;
  parameters.tol_obj = call->objectiveTolerance;
  parameters.cb_func = watch;
  parameters.cb_info = call;
  int failure = glp_intopt(lp, &parameters);
  int status = glp_mip_status(lp);
  *call->status = failure == 0 || failure == GLP_ETMLIM || failure == GLP_ESTOP ? status
                  : failure == GLP_ENOPFS                                     ? GLP_NOFEAS
                                                                              : 0;
  *call->isComplete = failure == 0 && status == GLP_OPT;
  *call->value = glp_mip_obj_val(lp);
  if (*call->isComplete) *call->bound = *call->value;
  for (int j = 0; j < call->columns; j++) call->primal[j] = glp_mip_col_val(lp, j + 1);
  glp_delete_prob(lp);
}

int cglpk_guarded_integer_minimize(int rows, int columns, const int *starts, const int *indices,
                                   const double *coefficients, const double *rowLower,
                                   const double *rowUpper, const double *lower, const double *upper,
                                   const double *costs, const int *isInteger, int milliseconds,
                                   int nodeLimit, double objectiveTolerance, double target,
                                   const volatile int *stop, int *status, int *isComplete,
                                   double *value, double *bound, double *primal, int *nodes,
                                   char *message, int messageCapacity) {
  struct call call = {rows, columns, milliseconds, nodeLimit, starts, indices, isInteger, coefficients,
                      rowLower, rowUpper, lower, upper, costs, objectiveTolerance, target, stop, status, isComplete, nodes,
                      value, bound, primal, NULL, NULL};
  message[0] = 0;
  *bound = -HUGE_VAL;
  *nodes = 0;
  call.index = malloc(sizeof(int) * (size_t)(columns + 1));
  call.entry = malloc(sizeof(double) * (size_t)(columns + 1));
  int code = call.index && call.entry ? cglpk_guarded(minimize, &call, message, messageCapacity) : -1;
  free(call.index);
  free(call.entry);
  return code;
}
