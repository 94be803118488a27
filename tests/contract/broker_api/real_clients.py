#!/usr/bin/env python3
"""Public clients of Schwab's API, unmodified, against the paper broker behind TLS.

    real_clients.py CLIENT PORT KEY SECRET CALLBACK

The clients talk to https://api.schwabapi.com, as they always do: this process resolves that name to a terminator of TLS on
loopback, with a throw-away certificate that it trusts. Ends with 0 when the client could do everything.
"""
import datetime
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

HOST = "api.schwabapi.com"
SYMBOL = "AAPL"


def make_certificates(folder):
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=test-ca", "-keyout", "ca.key", "-out", "ca.pem",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", *curve, "-subj", f"/CN={HOST}", "-keyout", "s.key", "-out", "s.csr")
    with open(os.path.join(folder, "san"), "w") as file:
        file.write(f"subjectAltName=DNS:{HOST}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n")
    openssl("x509", "-req", "-in", "s.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "san", "-out", "s.pem")


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(raw, context, port):
    try:
        client = context.wrap_socket(raw, server_side=True)
        broker = socket.create_connection(("127.0.0.1", port))
    except OSError as why:
        print("terminator:", why, file=sys.stderr)
        raw.close()
        return
    threading.Thread(target=pump, args=(client, broker), daemon=True).start()
    pump(broker, client)


def start_terminator(folder, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "s.pem"), os.path.join(folder, "s.key"))
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            raw, _ = listener.accept()
            threading.Thread(target=serve, args=(raw, context, port), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def resolve_to(terminator):
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *rest, **options):
        if host in (HOST, HOST.encode()):
            host, port = "127.0.0.1", terminator
        return real(host, port, *rest, **options)

    socket.getaddrinfo = getaddrinfo


def log_in(url):
    """What a person does in a browser: where the broker sends it back to."""
    import requests

    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    assert requests.get(url, timeout=10).status_code == 200, url
    answer = requests.post(f"https://{HOST}/v1/oauth/authorize", data=query, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def good(what, answer, status=200):
    assert answer.status_code == status, f"{what}: {answer.status_code} {answer.text}"
    print("ok", what)
    return answer.json() if answer.content else None


def window():
    now = datetime.datetime.now(datetime.timezone.utc)
    return now - datetime.timedelta(days=1), now + datetime.timedelta(minutes=1)


def check_fill(order, fetch, trades):
    """The order is filled soon, and its execution is among the account's transactions."""
    limit = datetime.datetime.now() + datetime.timedelta(seconds=30)
    while fetch()["status"] != "FILLED":
        assert datetime.datetime.now() < limit, "the order is not filled"
    mine = [t for t in trades() if str(t["orderId"]) == str(order)]
    assert mine and all(t["type"] == "TRADE" and t["netAmount"] < 0 for t in mine), mine
    assert sum(t["transferItems"][0]["amount"] for t in mine) == 2, mine


def schwabdev_client(key, secret, callback, folder):
    import schwabdev

    client = schwabdev.Client(key, secret, callback, tokens_db=os.path.join(folder, "tokens.db"), call_on_auth=log_in,
                              open_browser_for_auth=False)
    account = good("linked_accounts", client.linked_accounts())[0]["hashValue"]
    held = good("account_details_all", client.account_details_all(fields="positions"))
    assert held[0]["securitiesAccount"]["accountNumber"], held
    good("account_details", client.account_details(account))
    assert good("preferences", client.preferences())["accounts"], "no accounts in the preferences"
    assert "equity" in good("market_hours", client.market_hours(["equity"]))
    assert "equity" in good("market_hour", client.market_hour("equity"))
    assert SYMBOL in good("quotes", client.quotes([SYMBOL]))
    placed = client.place_order(account, {
        "orderType": "MARKET", "session": "NORMAL", "duration": "DAY", "orderStrategyType": "SINGLE",
        "orderLegCollection": [
            {"instruction": "BUY", "quantity": 2, "instrument": {"symbol": SYMBOL, "assetType": "EQUITY"}}]})
    good("place_order", placed, 201)
    assert placed.headers["Location"].startswith(f"https://{HOST}/"), placed.headers["Location"]
    order = placed.headers["Location"].rsplit("/", 1)[1]
    begin, end = window()
    check_fill(order, lambda: good("order_details", client.order_details(account, order)),
               lambda: good("transactions", client.transactions(account, begin, end, "TRADE")))
    assert good("account_orders", client.account_orders(account, begin, end))
    assert good("account_orders_all", client.account_orders_all(begin, end))
    good("cancel_order of a filled one", client.cancel_order(account, order), 400)
    before = client.tokens.access_token
    assert client.update_tokens(force_access_token=True) and client.tokens.access_token != before
    good("after a refresh", client.linked_accounts())


def schwab_py_client(key, secret, callback, folder):
    from schwab import auth
    from schwab.orders.equities import equity_buy_market
    from schwab.utils import Utils

    context = auth.get_auth_context(key, callback)
    client = auth.client_from_received_url(key, secret, context, log_in(context.authorization_url), lambda *_, **__: None)
    account = good("get_account_numbers", client.get_account_numbers())[0]["hashValue"]
    good("get_account", client.get_account(account, fields=client.Account.Fields.POSITIONS))
    assert good("get_accounts", client.get_accounts())
    assert good("get_user_preferences", client.get_user_preferences())["accounts"]
    assert "equity" in good("get_market_hours", client.get_market_hours([client.MarketHours.Market.EQUITY]))
    assert SYMBOL in good("get_quotes", client.get_quotes([SYMBOL]))
    placed = client.place_order(account, equity_buy_market(SYMBOL, 2))
    good("place_order", placed, 201)
    order = Utils(client, account).extract_order_id(placed)
    assert order is not None, placed.headers["Location"]
    begin, end = window()
    check_fill(order, lambda: good("get_order", client.get_order(order, account)),
               lambda: good("get_transactions", client.get_transactions(
                   account, start_date=begin, end_date=end,
                   transaction_types=[client.Transactions.TransactionType.TRADE])))
    assert good("get_orders_for_account",
                client.get_orders_for_account(account, from_entered_datetime=begin, to_entered_datetime=end))


def main():
    client, port, key, secret, callback = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        make_certificates(folder)
        os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = os.path.join(folder, "ca.pem")
        resolve_to(start_terminator(folder, int(port)))
        {"schwabdev": schwabdev_client, "schwab-py": schwab_py_client}[client](key, secret, callback, folder)


if __name__ == "__main__":
    main()
