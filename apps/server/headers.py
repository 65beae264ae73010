"""What every reply tells the browser about what it may do."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def add_security_headers(app: Flask) -> None:
    """Put HEADERS on every reply, and keep what the API says out of caches."""

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(HEADERS)
        if request.path.startswith("/arc2/api/") or request.path == "/arc2/execute_code":
            response.headers["Cache-Control"] = "no-store"
        if request.is_secure or str(app.config["PUBLIC_ORIGIN"]).startswith("https:"):
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response
