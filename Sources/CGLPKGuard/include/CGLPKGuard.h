/* The fatal-error guard around GLPK: the only C of this project.
 *
 * GLPK prints to stdout and aborts the process on misuse and on some internal failures. Here every call runs between a
 * setjmp and the error hook's longjmp, no foreign frame lies between the two jumps, and nothing is printed. A fatal
 * error frees GLPK's environment: every program of that thread is dead from then on, which its epoch tells.
 *
 * Every function that takes a message returns 0 (or a program), or -1 (or NULL) after a fatal GLPK error, whose text is
 * then in message (NUL-terminated). Infinite bounds are +-HUGE_VAL. Nothing is validated here but what is said so.
 */
#ifndef CGLPKGUARD_H
#define CGLPKGUARD_H

/* For each objective o, minimise costs[o] . x subject to
 *   rowLower <= matrix x <= rowUpper,  columnLower <= x <= columnUpper
 * The simplex method continues from the basis of the objective before. The program is gone when the call returns.
 *
 * matrix: rows x columns, row-major; costs: objectives x columns.
 * Results per objective: status (glp_get_status; 0 where the simplex method gave up), value, primal (columns),
 * dual (rows, the multipliers of the rows).
 */
int cglpk_guarded_minimize(int rows, int columns, const double *matrix,
                           const double *rowLower, const double *rowUpper,
                           const double *columnLower, const double *columnUpper,
                           int objectives, const double *costs,
                           int millisecondsPerObjective,
                           int *status, double *value, double *primal, double *dual,
                           char *message, int messageCapacity);

/* A program that lives on: minimise costs . x over a box of columns; rows come later.
 * It belongs to the thread that made it, which must also delete it. A dead program may only be deleted.
 */
typedef struct cglpk_program cglpk_program;

cglpk_program *cglpk_create(int columns, const double *lower, const double *upper, const double *costs,
                            char *message, int messageCapacity);

/* Dead programs are released, too. The last program of a thread that goes takes the thread's environment with it. */
void cglpk_delete(cglpk_program *program);

/* Whether the calling thread has seen no fatal error since it made the program. */
int cglpk_is_alive(const cglpk_program *program);

/* Whether the calling thread made the program. */
int cglpk_is_own(const cglpk_program *program);

/* Always a fatal error: for tests. */
int cglpk_guarded_failure(char *message, int messageCapacity);

/* Row i has the entries starts[i] ..< starts[i + 1] of columns (from 0) and coefficients. */
int cglpk_add_rows(cglpk_program *program, int count, const int *starts, const int *columns,
                   const double *coefficients, const double *lower, const double *upper,
                   char *message, int messageCapacity);

/* Rows from 0; those that stay move up. */
int cglpk_delete_rows(cglpk_program *program, int count, const int *rows, char *message, int messageCapacity);

int cglpk_set_column_bounds(cglpk_program *program, int count, const int *columns, const double *lower,
                            const double *upper, char *message, int messageCapacity);

/* The dual simplex method from the last basis; where it gives up (except at a limit), the primal one from scratch.
 * It stops once its objective passes objectiveLimit.
 *
 * status: glp_get_status, or 0 where it gave up; limit: 0 none, 1 time, 2 objective.
 * Results: value, primal (columns), multipliers and isBasic (rows): of the last basis, whatever the status.
 */
int cglpk_solve(cglpk_program *program, int milliseconds, double objectiveLimit, int *status, int *limit,
                double *value, double *primal, double *multipliers, int *isBasic, int *iterations,
                char *message, int messageCapacity);

/* Branch and cut for: minimise costs . x subject to rowLower <= rows <= rowUpper, lower <= x <= upper, and x_j integer
 * where isInteger[j]. One call, presolved; the callback within is C and only counts and reads the bound.
 *
 * target: ends as soon as the incumbent is at most this, or the bound above it; HUGE_VAL is no target.
 * stop: looked at once a node; ends where another thread has set it.
 * status: glp_mip_status, or 0 where there is no answer at all; value and primal belong to the incumbent (status
 * GLP_OPT or GLP_FEAS). bound: GLPK's lower bound, -HUGE_VAL before the first. isComplete: the search ran to its end.
 */
int cglpk_guarded_integer_minimize(int rows, int columns, const int *starts, const int *indices,
                                   const double *coefficients, const double *rowLower,
                                   const double *rowUpper, const double *lower, const double *upper,
                                   const double *costs, const int *isInteger, int milliseconds,
                                   int nodeLimit, double objectiveTolerance, double target,
                                   const volatile int *stop, int *status, int *isComplete,
                                   double *value, double *bound, double *primal, int *nodes,
                                   char *message, int messageCapacity);

/* GLPK's version text. */
const char *cglpk_version(void);

#endif
