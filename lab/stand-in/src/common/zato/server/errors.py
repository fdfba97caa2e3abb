"""Errors that have an HTTP status of their own; every other exception is a 500."""


class ClientHTTPError(Exception):
    status = 500

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class BadRequest(ClientHTTPError):
    status = 400


class Unauthorized(ClientHTTPError):
    status = 401


class NotFound(ClientHTTPError):
    status = 404


class MethodNotAllowed(ClientHTTPError):
    status = 405


class ServiceMissing(Exception):
    """No service of that name is deployed."""
