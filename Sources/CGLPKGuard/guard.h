/* Shared by the guarded calls; not public. */
#ifndef CGLPKGUARD_GUARD_H
#define CGLPKGUARD_GUARD_H

#include <glpk.h>

/* Runs body(argument) between the two jumps. Returns 0, or -1 after a fatal error. The body must own nothing but GLPK's
 * memory: on an error it does not return, and GLPK's memory is freed. */
int cglpk_guarded(void (*body)(void *), void *argument, char *message, int capacity);

/* How many fatal errors this thread has seen. */
unsigned long cglpk_epoch(void);

/* An address that no other living thread has. */
const void *cglpk_thread(void);

void cglpk_set_bounds(glp_prob *lp, void (*set)(glp_prob *, int, int, double, double), int index, double lower,
                      double upper);

/* Adds rows in compressed form. index and entry: room for 1 + columns. */
void cglpk_append_rows(glp_prob *lp, int count, const int *starts, const int *columns,
                       const double *coefficients, const double *lower, const double *upper, int *index,
                       double *entry);

#endif
