#include <stdlib.h>

#include "CGLPKGuard.h"
#include "guard.h"

struct cglpk_program {
  glp_prob *lp;
  int columns;
  /* Scratch for one row, room for 1 + columns. */
  int *index;
  double *entry;
  unsigned long epoch;
  const void *thread;
};

static _Thread_local int living;
/* The epoch in which `living` was counted. */
static _Thread_local unsigned long counted;

static void count(int change) {
  if (counted != cglpk_epoch()) living = 0;
  counted = cglpk_epoch();
  living += change;
}

struct creation {
  cglpk_program *program;
  const double *lower, *upper, *costs;
};

static void create(void *argument) {
  struct creation *call = argument;
  int columns = call->program->columns;
  glp_prob *lp = glp_create_prob();
  glp_set_obj_dir(lp, GLP_MIN);
  glp_add_cols(lp, columns);
  for (int j = 0; j < columns; j++) {
    cglpk_set_bounds(lp, glp_set_col_bnds, j + 1, call->lower[j], call->upper[j]);
    glp_set_obj_coef(lp, j + 1, call->costs[j]);
  }
  call->program->lp = lp;
}

static void release(cglpk_program *program) {
  free(program->index);
  free(program->entry);
  free(program);
}

cglpk_program *cglpk_create(int columns, const double *lower, const double *upper, const double *costs,
                            char *message, int messageCapacity) {
  message[0] = 0;
  cglpk_program *program = calloc(1, sizeof *program);
  if (!program) return NULL;
  program->columns = columns;
  program->index = malloc(sizeof(int) * (size_t)(columns + 1));
  program->entry = malloc(sizeof(double) * (size_t)(columns + 1));
  struct creation call = {program, lower, upper, costs};
  if (!program->index || !program->entry || cglpk_guarded(create, &call, message, messageCapacity)) {
    release(program);
    return NULL;
  }
  program->epoch = cglpk_epoch();
  program->thread = cglpk_thread();
  count(1);
  return program;
}

int cglpk_is_alive(const cglpk_program *program) { return program->epoch == cglpk_epoch(); }

int cglpk_is_own(const cglpk_program *program) { return program->thread == cglpk_thread(); }

static void delete(void *argument) { glp_delete_prob(argument); }

void cglpk_delete(cglpk_program *program) {
  char message[1];
  if (cglpk_is_alive(program) && !cglpk_guarded(delete, program->lp, message, 1)) {
    count(-1);
    if (living == 0) glp_free_env();
  }
  release(program);
}

struct addition {
  cglpk_program *program;
  int count;
  const int *starts, *columns;
  const double *coefficients, *lower, *upper;
};

static void add(void *argument) {
  struct addition *call = argument;
  cglpk_append_rows(call->program->lp, call->count, call->starts, call->columns, call->coefficients, call->lower,
                    call->upper, call->program->index, call->program->entry);
}

int cglpk_add_rows(cglpk_program *program, int count, const int *starts, const int *columns,
                   const double *coefficients, const double *lower, const double *upper,
                   char *message, int messageCapacity) {
  struct addition call = {program, count, starts, columns, coefficients, lower, upper};
  return cglpk_guarded(add, &call, message, messageCapacity);
}

struct deletion {
  glp_prob *lp;
  int count;
  const int *numbers;
};

static void delete_rows(void *argument) {
  struct deletion *call = argument;
  glp_del_rows(call->lp, call->count, call->numbers);
}

int cglpk_delete_rows(cglpk_program *program, int count, const int *rows, char *message, int messageCapacity) {
  message[0] = 0;
  if (count == 0) return 0;
  int *numbers = malloc(sizeof(int) * (size_t)(count + 1));
  if (!numbers) return -1;
  for (int k = 0; k < count; k++) numbers[k + 1] = rows[k] + 1;
  struct deletion call = {program->lp, count, numbers};
  int code = cglpk_guarded(delete_rows, &call, message, messageCapacity);
  free(numbers);
  return code;
}

struct bounds {
  glp_prob *lp;
  int count;
  const int *columns;
  const double *lower, *upper;
};

static void set_column_bounds(void *argument) {
  struct bounds *call = argument;
  for (int k = 0; k < call->count; k++)
    cglpk_set_bounds(call->lp, glp_set_col_bnds, call->columns[k] + 1, call->lower[k], call->upper[k]);
}

int cglpk_set_column_bounds(cglpk_program *program, int count, const int *columns, const double *lower,
                            const double *upper, char *message, int messageCapacity) {
  struct bounds call = {program->lp, count, columns, lower, upper};
  return cglpk_guarded(set_column_bounds, &call, message, messageCapacity);
}

struct solution {
  glp_prob *lp;
  int milliseconds;
  double objectiveLimit;
  int *status, *limit, *isBasic, *iterations;
  double *value, *primal, *multipliers;
};

static void solve(void *argument) {
  struct solution *call = argument;
  glp_prob *lp = call->lp;
  glp_smcp parameters;
  glp_init_smcp(&parameters);
  parameters.msg_lev = GLP_MSG_OFF;
  parameters.tm_lim = call->milliseconds;
  parameters.meth = GLP_DUAL;
  parameters.r_test = GLP_RT_STD; /* on cutting planes a fifth faster than Harris's test */
  parameters.obj_ul = call->objectiveLimit;
  int before = glp_get_it_cnt(lp);
  int failure = glp_simplex(lp, &parameters);
  if (failure && failure != GLP_ETMLIM && failure != GLP_EOBJUL) {
    /* A singular basis, cycling, or rows deleted that were not basic. */
    glp_std_basis(lp);
    parameters.meth = GLP_PRIMAL;
    failure = glp_simplex(lp, &parameters);
  }
  *call->status = failure ? 0 : glp_get_status(lp);
  *call->limit = failure == GLP_ETMLIM ? 1 : failure == GLP_EOBJUL ? 2 : 0;
  *call->iterations = glp_get_it_cnt(lp) - before;
  *call->value = glp_get_obj_val(lp);
  int columns = glp_get_num_cols(lp), rows = glp_get_num_rows(lp);
  for (int j = 0; j < columns; j++) call->primal[j] = glp_get_col_prim(lp, j + 1);
  for (int i = 0; i < rows; i++) {
    call->multipliers[i] = glp_get_row_dual(lp, i + 1);
    call->isBasic[i] = glp_get_row_stat(lp, i + 1) == GLP_BS;
  }
}

int cglpk_solve(cglpk_program *program, int milliseconds, double objectiveLimit, int *status, int *limit,
                double *value, double *primal, double *multipliers, int *isBasic, int *iterations,
                char *message, int messageCapacity) {
  struct solution call = {program->lp, milliseconds, objectiveLimit, status, limit, isBasic, iterations, value,
                          primal, multipliers};
  return cglpk_guarded(solve, &call, message, messageCapacity);
}
