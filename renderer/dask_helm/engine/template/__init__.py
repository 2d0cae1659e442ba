"""An interpreter of Go's text/template with the functions of sprig and Helm.

It knows nothing of Dask or Kubernetes. What it can do is declared: the syntax is the whole of
text/template but complex numbers, the functions are those of `functions.TABLE`; any other word is
an error that names file, line and column.

lexer (text to tokens) -> parser (tokens to nodes) -> compiler (nodes to closures) -> templates.
"""
