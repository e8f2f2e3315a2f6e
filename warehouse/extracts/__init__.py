"""The package that leaves for the province: built, approved, delivered, verified (design 4.6).

`package.create_extract`, `delivery.approve_extract`, `delivery.deliver_extract`,
`verify.verify_extract`, `registry.list_extracts`. Each file of a package is made of the rows
that `source.read_source` returns and of nothing else: no clock, no folder, no machine.
"""
