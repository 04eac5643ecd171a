"""Client of Lojal, the customer-loyalty scoring server.

Example:
    ```python
    import lojal

    client = lojal.Client("localhost:50051")
    client.transactions.load("orders.csv")
    client.segments.summary()
    client.clv.predict(horizon="12mo").to_pandas()
    ```
"""

import lazy_loader

# gRPC alone takes as long to import as everything else: it waits until something is used
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
