#!/usr/bin/env python3
"""Writes pareto_nbd.rs.in: answers of the Pareto/NBD model at awkward parameters, from formulas in 60 to 1000 digits.

    python3 -m pip install mpmath && python3 pareto_nbd.py > pareto_nbd.rs.in

Nothing of the Rust code is shared: the integral over the silence is the difference of two of Gauss's 2F1 (Fader and
Hardie 2005), the discounted sum the generalized exponential integral, the probabilities are integrated in 40 digits.
Arguments are the doubles nearest to what is printed. One row is

    [r, alpha, s, beta], (x, t_x, T), horizon, rate,
    [log-likelihood, P(alive), expected purchases, P(purchase), DERT, P(0), P(1), P(4)]
"""
import random
from mpmath import mp, mpf


def ever(p, a, q, b):
    """int_0^inf (1+y/a)^-p (1+y/b)^-q dy"""
    if a > b:
        p, a, q, b = q, b, p, a
    return a / (p + q - 1) * mp.hyp2f1(q, 1, p + q, 1 - a / b)


def until(p, a, q, b, t):
    if t == 0:
        return mpf(0)
    if max(p, q) > 1e4:
        # The series of 2F1 has as many terms; the integrand is then next to an exponential, so pieces of it are easy.
        mp.dps = 40
        step = 1 / (p / a + q / b)
        breaks = [mpf(0)] + [step * k for k in (1, 3, 7, 15, 31, 63, 127, 255) if step * k < t] + [t]
        return mp.quad(lambda y: mp.exp(-p * mp.log1p(y / a) - q * mp.log1p(y / b)), breaks, maxdegree=10)
    return ever(p, a, q, b) - (1 + t / a) ** -p * (1 + t / b) ** -q * ever(p, a + t, q, b + t)


def discounted_time(s, z):
    """e^z E_s(z)"""
    if s > 100:
        step = 1 / (s + z)
        breaks = [step * k for k in (0, 1, 3, 7, 15, 31, 63, 127, 255)] + [mp.inf]
        return mp.quad(lambda v: mp.exp(-z * v - s * mp.log1p(v)), breaks, maxdegree=10)
    return mp.exp(z) * mp.expint(s, z)


def probabilities(rho, A, s, B, t, most):
    if t == 0:
        return [mpf(1)] + [mpf(0)] * most
    mp.dps = 40
    scale = min(A, B)
    u = mp.log1p(t / scale)

    def nb(n, y):
        return mp.exp(mp.loggamma(rho + n) - mp.loggamma(rho) - mp.loggamma(n + 1)
                      - rho * mp.log1p(y / A)) * (y / (A + y)) ** n

    # Breaks crowd where a factor may fall fast: at the start and, since all of them are monotone in the tails, nowhere else.
    breaks = [mpf(0)] + [u * mpf(2) ** -k for k in range(44, 0, -2)] + [u]
    out = []
    for n in (0, 1, most):
        left = mp.quad(lambda v: nb(n, scale * mp.expm1(v)) * s / B * (1 + scale * mp.expm1(v) / B) ** -(s + 1)
                       * scale * mp.exp(v), breaks, maxdegree=9)
        out.append(nb(n, t) * (1 + t / B) ** -s + left)
    return out


def row(r, alpha, s, beta, x, t_x, T, horizon, rate):
    mp.dps = 60
    numbers = [mpf(v) for v in (r, alpha, s, beta, t_x, T, horizon, rate)]
    r_, al, s_, be, tx, T_, t, d = numbers
    rho, A, B = r_ + x, al + T_, be + T_
    # The two 2F1 may agree in as many digits as the likelihood has.
    mp.dps = 60 + min(900, int(abs(rho * mp.log(A / (al + tx)) / mp.log(10))) + int(mp.log10(B / min(al, be, 1)) * 2 + 40))
    Q = s_ / (be + tx) * (A / (al + tx)) ** rho * (B / (be + tx)) ** s_ * until(rho, al + tx, s_ + 1, be + tx, T_ - tx)
    ln_l = (mp.loggamma(r_ + x) - mp.loggamma(r_) - x * mp.log(al) - rho * mp.log1p(T_ / al) - s_ * mp.log1p(T_ / be)
            + mp.log1p(Q))
    alive = 1 / (1 + Q)
    stay = B * mp.log1p(t / B) if s_ == 1 else B / (s_ - 1) * (1 - (B / (B + t)) ** (s_ - 1))
    expected = alive * rho / A * stay
    within = alive * rho / A * until(rho + 1, A, s_, B, t)
    mp.dps = 40
    dert = alive * rho / A * B * discounted_time(s_, d * B)
    p = [alive * v for v in probabilities(rho, A, s_, B, t, 4)]
    p[0] += 1 - alive
    return [ln_l, alive, expected, within, dert] + p


AWKWARD = [
    (0.553, 10.578, 0.606, 11.669, 26, 30.86, 31.0, 52.0, 0.0027),
    (0.553, 10.578, 0.606, 11.669, 0, 0.0, 0.0, 52.0, 0.0027),
    (0.553, 10.578, 1.0, 11.669, 2, 30.0, 39.0, 52.0, 0.0027),
    (0.553, 10.578, 1.0000001, 11.669, 2, 30.0, 39.0, 520.0, 1e-6),
    (0.553, 10.0, 0.606, 10.0, 3, 5.0, 39.0, 39.0, 0.01),
    (0.553, 10.0, 2.0, 10.0, 1, 1.0, 39.0, 39.0, 0.01),
    (0.553, 1e-6, 0.606, 10.0, 3, 5.0, 39.0, 39.0, 0.01),
    (0.553, 10.0, 0.606, 1e-6, 3, 5.0, 39.0, 39.0, 0.01),
    (0.553, 1e6, 0.606, 1.0, 1, 0.5, 39.0, 39.0, 0.01),
    (0.553, 1.0, 0.606, 1e6, 5, 20.0, 39.0, 39.0, 0.01),
    (0.5, 10.0, 1e6, 1e6, 2, 3.0, 9.0, 5.0, 0.01),
    (0.5, 10.0, 1e6, 1e9, 2, 3.0, 39.0, 5.0, 0.01),
    (0.5, 10.0, 1e-6, 1e6, 2, 3.0, 39.0, 5.0, 0.01),
    (0.5, 10.0, 1e-6, 1e-6, 2, 3.0, 39.0, 5.0, 0.01),
    (1e6, 1e6, 0.6, 10.0, 20, 18.0, 20.0, 5.0, 0.01),
    (1e6, 1e7, 1e4, 1e6, 2, 18.0, 20.0, 5.0, 0.01),
    (1e-6, 1e-6, 1e-6, 1e-6, 0, 0.0, 100.0, 100.0, 1e-4),
    (1e-6, 1e6, 1.5, 1e-6, 1, 50.0, 100.0, 100.0, 1e-4),
    (0.5, 5.0, 0.8, 20.0, 5000, 300.0, 300.5, 10.0, 0.01),
    (0.5, 5.0, 0.8, 20.0, 5000, 300.0, 300.0, 10.0, 0.01),
    (0.5, 5.0, 3.0, 20.0, 300, 200.0, 230.0, 10.0, 0.01),
    (0.5, 5.0, 0.8, 20.0, 0, 0.0, 1e6, 1e6, 1e-8),
    (0.5, 5.0, 0.8, 20.0, 3, 9e5, 1e6, 1e6, 1e-8),
    (2.0, 1.0, 3.0, 400.0, 7, 10.0, 12.0, 2000.0, 5.0),
]


def wild(count):
    dice = random.Random(1987)
    for _ in range(count):
        e = lambda: float(f"{10 ** dice.uniform(-3, 3):.3g}")
        r, alpha, s, beta = e(), e(), e(), e()
        x = dice.choice([0, 1, 2, 5, 12, 40])
        T = float(f"{10 ** dice.uniform(-1, 3):.3g}")
        t_x = float(f"{T * dice.uniform(0.5, 1):.3g}") if x else 0.0
        yield r, alpha, s, beta, x, t_x, T, float(f"{10 ** dice.uniform(-1, 3):.3g}"), float(f"{10 ** dice.uniform(-5, 0):.3g}")


def main():
    print("// [r, alpha, s, beta], (x, t_x, T), horizon, rate, [ln L, P(alive), E, P(purchase), DERT, P(0), P(1), P(4)]: pareto_nbd.py.")
    print("[")
    for case in AWKWARD + list(wild(48)):
        r, alpha, s, beta, x, t_x, T, horizon, rate = case
        values = ", ".join(repr(float(v)) for v in row(*case))
        print(f"    ([{r!r}, {alpha!r}, {s!r}, {beta!r}], ({x}, {t_x!r}, {T!r}), {horizon!r}, {rate!r}, [{values}]),", flush=True)
    print("]")


main()
