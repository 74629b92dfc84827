/* The fatal-error guard around GLPK: the only C of this project.
 *
 * GLPK prints to stdout and aborts the process on misuse and on some internal failures. Here one call builds a linear
 * program, solves it for a list of objectives and deletes it, all between a setjmp and the error hook's longjmp. No
 * GLPK handle survives the call, no foreign frame lies between the two jumps, and nothing is printed.
 */
#ifndef CGLPKGUARD_H
#define CGLPKGUARD_H

/* For each objective o, minimise costs[o] . x subject to
 *   rowLower <= matrix x <= rowUpper,  columnLower <= x <= columnUpper      (infinite bounds: +-HUGE_VAL)
 * The simplex method continues from the basis of the objective before.
 *
 * matrix: rows x columns, row-major; costs: objectives x columns.
 * Results per objective: status (glp_get_status; 0 where the simplex method gave up), value, primal (columns),
 * dual (rows, the multipliers of the rows).
 * Returns 0, or -1 after a fatal GLPK error, whose text is then in message (NUL-terminated).
 */
int cglpk_guarded_minimize(int rows, int columns, const double *matrix,
                           const double *rowLower, const double *rowUpper,
                           const double *columnLower, const double *columnUpper,
                           int objectives, const double *costs,
                           int millisecondsPerObjective,
                           int *status, double *value, double *primal, double *dual,
                           char *message, int messageCapacity);

/* GLPK's version text. */
const char *cglpk_version(void);

#endif
