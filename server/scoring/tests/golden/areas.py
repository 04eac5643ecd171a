"""Areas under two ROC curves of the same people and their difference, with DeLong's errors, by counting all pairs."""

import numpy as np

CASE = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]) == 1
FIRST = np.array([7.0, 6, 5, 5, 2, 5, 4, 3, 2, 2, 1, 6])
SECOND = np.array([3.0, 9, 4, 4, 1, 2, 8, 3, 1, 0, 5, 4])


def components(marker: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    psi = np.array([[1.0 if x > y else 0.5 if x == y else 0.0 for y in marker[~CASE]] for x in marker[CASE]])
    return psi.mean(axis=1), psi.mean(axis=0)


def main() -> None:
    (a10, a01), (b10, b01) = components(FIRST), components(SECOND)
    s10, s01 = np.cov([a10, b10]), np.cov([a01, b01])
    s = s10 / CASE.sum() + s01 / (~CASE).sum()
    print(f"first  {a10.mean():.10f} {np.sqrt(s[0, 0]):.10f}")
    print(f"second {b10.mean():.10f} {np.sqrt(s[1, 1]):.10f}")
    c = np.array([1, -1])
    print(f"difference {a10.mean() - b10.mean():.10f} {np.sqrt(c @ s @ c):.10f}")


if __name__ == "__main__":
    main()
