"""The same relying party for Python: PyJWT as it is published, see relying-party.ts."""

import json
import os
import sys
import urllib.request

import jwt

with urllib.request.urlopen(os.environ["METADATA"]) as response:
    keys = jwt.PyJWKClient(json.load(response)["jwks_uri"])


def verdict(token):
    try:
        key = keys.get_signing_key_from_jwt(token).key
        jwt.decode(
            token, key, algorithms=["RS256"], audience=os.environ["AUDIENCE"], issuer=os.environ["ISSUER"]
        )
        return "ok"
    except jwt.PyJWTError as error:
        return f"refused: {error}"


json.dump({"PyJWT (Python)": [verdict(token) for token in sys.stdin.read().split()]}, sys.stdout)
