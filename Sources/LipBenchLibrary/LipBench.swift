@_exported public import Bounds
@_exported public import ExactArithmetic
@_exported public import LinearAlgebra
@_exported public import Networks
@_exported public import PatternSearch
@_exported public import Workbench
