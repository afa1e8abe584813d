"""The door for the console: unpack, ask the issuer's keys, one command, pack."""

from __future__ import annotations

from datetime import timedelta

import grpc

from plumbline.directory.v1 import sign_in_pb2, sign_in_pb2_grpc
from services.directory import id_tokens, signing_in, wire
from services.directory import session as sessions
from services.directory.clients import Issuer
from services.directory.session import Limits, SignInNotConfigured
from services.directory.settings import SignInSettings
from shared import dates, identity
from shared.answers import Answers
from shared.clock import Clock
from shared.database import Transaction

# What a revoked grant can still do (architecture.md 4).
TOKEN_LIFETIME = timedelta(minutes=5)


class SignInDoor(sign_in_pb2_grpc.SignInServiceServicer):
    """Answers SignInService."""

    def __init__(
        self,
        *,
        answers: Answers,
        clock: Clock,
        limits: Limits,
        settings: SignInSettings | None,
        issuer: Issuer | None,
    ) -> None:
        """settings, issuer: None where the deployment has no sign-in."""
        self._answers = answers
        self._clock = clock
        self._limits = limits
        self._settings = settings
        self._issuer = issuer

    async def SignIn(
        self, request: sign_in_pb2.SignInRequest, context: grpc.aio.ServicerContext
    ) -> sign_in_pb2.Session:
        settings, issuer, now = self._configured(), self._issuer, self._clock.now()
        assert issuer is not None
        keys = await issuer.keys(key_id=id_tokens.key_id(request.id_token))
        login = id_tokens.login(request.id_token, keys, issuer=settings.issuer, client_id=settings.client_id, now=now)
        secret = sessions.new_secret()

        async def open_session(tx: Transaction) -> sign_in_pb2.Session:
            signed_in = await signing_in.open_session(tx, login, digest=sessions.digest(secret), now=now)
            return wire.session_message(
                signed_in.session, signed_in.person, signed_in.held, limits=self._limits, secret=secret
            )

        return await self._answers.deed_told_once(open_session)

    async def RenewToken(
        self, request: sign_in_pb2.RenewTokenRequest, context: grpc.aio.ServicerContext
    ) -> sign_in_pb2.RenewTokenResponse:
        settings, now = self._configured(), self._clock.now()

        async def use_session(tx: Transaction) -> sign_in_pb2.RenewTokenResponse:
            signed_in, grant = await signing_in.use_session(
                tx,
                sessions.digest(request.session),
                wanted=request.grant,
                passive=request.passive,
                limits=self._limits,
                now=now,
            )
            # Past the session's end nobody acts with it, so neither does its last token.
            until = min(now + TOKEN_LIFETIME, signed_in.session.longest_expiry(self._limits))
            token = identity.mint(
                settings.signing_key,
                subject=signed_in.person.id,
                tenant=grant.tenant,
                role=grant.role,
                path=grant.path,
                clearance=grant.clearance,
                line=grant.line,
                now=now,
                lifetime=until - now,
            )
            answer = wire.renewal_message(signed_in.session, signed_in.person, signed_in.held, limits=self._limits)
            answer.token, answer.grant = token, grant.name
            answer.token_expire_time.CopyFrom(dates.timestamp(until))
            return answer

        return await self._answers.routine(use_session)

    async def SignOut(
        self, request: sign_in_pb2.SignOutRequest, context: grpc.aio.ServicerContext
    ) -> sign_in_pb2.SignOutResponse:
        async def end_session(tx: Transaction) -> sign_in_pb2.SignOutResponse:
            await signing_in.end_session(tx, sessions.digest(request.session), now=self._clock.now())
            return sign_in_pb2.SignOutResponse()

        return await self._answers.deed(sign_in_pb2.SignOutResponse, end_session)

    def _configured(self) -> SignInSettings:
        if self._settings is None:
            raise SignInNotConfigured(
                "this deployment names no sign-in: set PLUMBLINE_OIDC_ISSUER and what goes with it",
                state="NOT_CONFIGURED",
                allowed="CONFIGURED",
            )
        return self._settings
