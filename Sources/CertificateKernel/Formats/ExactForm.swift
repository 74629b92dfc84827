import ExactArithmetic

/// Σ coefficient · output[column] + offset, an affine form in the outputs of one layer.
struct ExactForm: Hashable {
  struct Term: Hashable {
    let column: Int
    let coefficient: Rational
  }

  /// Columns ascend, and no coefficient is zero.
  private(set) var terms: [Term] = []
  var offset: Rational = 0

  init(constant: Rational) { offset = constant }

  init(output column: Int) { terms = [Term(column: column, coefficient: 1)] }

  /// Σ factor · form.
  init(sum pairs: some Sequence<(form: ExactForm, factor: Rational)>, offset: Rational = 0) {
    self.offset = offset
    var coefficients: [Int: Rational] = [:]
    for (form, factor) in pairs where !factor.isZero {
      for term in form.terms {
        let product = term.coefficient == 1 ? factor : term.coefficient * factor
        coefficients[term.column] = coefficients[term.column].map { $0 + product } ?? product
      }
      if !form.offset.isZero { self.offset += form.offset * factor }
    }
    terms = coefficients.filter { !$0.value.isZero }.sorted { $0.key < $1.key }
      .map { Term(column: $0.key, coefficient: $0.value) }
  }

  /// The same without its offset.
  var linear: ExactForm {
    var form = self
    form.offset = 0
    return form
  }

  private static func combine(_ a: ExactForm, _ b: ExactForm, _ factor: Rational) -> ExactForm {
    let pairs: [(form: ExactForm, factor: Rational)] = [(a, 1), (b, factor)]
    return ExactForm(sum: pairs)
  }

  static func + (a: ExactForm, b: ExactForm) -> ExactForm { combine(a, b, 1) }
  static func - (a: ExactForm, b: ExactForm) -> ExactForm { combine(a, b, -1) }
  static func * (factor: Rational, form: ExactForm) -> ExactForm {
    let pairs: [(form: ExactForm, factor: Rational)] = [(form, factor)]
    return ExactForm(sum: pairs)
  }
  static func + (form: ExactForm, addend: Rational) -> ExactForm {
    var sum = form
    sum.offset += addend
    return sum
  }
}
