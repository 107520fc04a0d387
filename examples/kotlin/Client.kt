// The client of the hardened design, after diagrams/roles/client.md: a skeleton. It has not been compiled or run here.
//
// Everything runs on one thread (`scope` has a dispatcher with one). Between two suspensions nothing of it is interrupted;
// after each of them it is asked whether what goes on is still the current one.

import java.util.UUID
import kotlin.math.min
import kotlin.math.pow
import kotlin.random.Random
import kotlinx.coroutines.*

class Lost(val status: Int? = null) : Exception()

/** One incarnation of a socket: OkHttp's is one way, the driver's is another. */
interface Socket {
    suspend fun open(token: String)                  // until the handshake is answered; throws Lost
    suspend fun receive(): Map<String, Any?>         // the next message that is a JSON object; throws Lost
    fun send(message: Map<String, Any?>)             // a send into a dead socket succeeds
    fun close(code: Int)
}

interface Network {
    fun socket(): Socket
    suspend fun list(token: String): Map<String, String>   // statuses by idempotency key; throws Lost
    suspend fun submit(key: String, text: String, token: String)
    suspend fun renew(refreshToken: String): Pair<String, String>
}

class Meal(val text: String) { var status = ""; var uploaded = false
    val finished get() = status == "completed" || status == "failed"
}

class Client(
    private val network: Network, private val seconds: Map<String, Double>, private val scope: CoroutineScope,
    private var token: String, private var refreshToken: String,
) {
    val meals = LinkedHashMap<String, Meal>()        // by key; kept in storage, with keys and tokens
    var connected = false; private set
    var connecting = false; private set
    var shown = false; private set
    val polling get() = "poll" in jobs
    private var socket: Socket? = null
    private var failures = 0
    private var pong = CompletableDeferred<Unit>()
    private val jobs = HashMap<String, Job>()

    // The screen

    fun appear() {
        shown = true
        run("appear") { load() }
        poll()
        if (!connecting) { connecting = true; dial() }
    }

    fun leave() {
        shown = false; connected = false; connecting = false
        listOf("appear", "handler", "poll", "redial").forEach(::stop)
        letGo(1000)
        meals.values.filterNot { it.finished }.forEach { it.status = "" }
    }

    fun submit(text: String) {
        val key = UUID.randomUUID().toString()       // made once, stored with the meal, sent with every try
        meals[key] = Meal(text)
        run("upload $key") { upload(key) }
        poll()
    }

    fun reconnect() { if (shown) { connected = false; connecting = true; dial() } }

    // The socket

    private fun dial() {
        stop("redial")
        letGo(1000)                                  // close before dial: one socket at a time
        val mine = network.socket().also { socket = it }
        run("limit") { delay(ms("dial")); if (socket === mine && !connected) { mine.close(4408); ended() } }
        run("socket") { live(mine) }
    }

    private fun letGo(code: Int) {
        socket?.close(code)
        socket = null
        listOf("ping", "limit", "socket").forEach(::stop)
    }

    private suspend fun live(mine: Socket) {
        try {
            mine.open(token)                         // says nothing of the registry
            while (socket === mine) {
                val message = mine.receive()
                if (socket !== mine) return
                when (message["type"]) {
                    "ready" -> if (!connected) succeeded(mine)
                    "pong" -> { pong.complete(Unit); if (message["listed"] == false) mine.send(mapOf("type" to "register")) }
                    "meal_log.completed", "meal_log.failed" -> run("handler") { load() }   // something is new, not what
                }                                    // unknown types are ignored
            }
        } catch (lost: Lost) {                       // never Exception: it would swallow the cancellation
            if (socket !== mine) return              // an older socket's end is nobody's business
            if (lost.status == 401) renew()
            ended()
        }
    }

    private fun succeeded(mine: Socket) {
        stop("limit")
        connected = true; connecting = false; failures = 0
        run("ping") {
            while (true) {
                delay(ms("ping"))
                pong = CompletableDeferred()
                mine.send(mapOf("type" to "ping"))
                withTimeoutOrNull(ms("pong")) { pong.await() }
                if (!pong.isCompleted) { mine.close(4408); return@run ended() } // it may have come in the same moment
            }
        }
    }

    private fun ended() {
        socket = null
        stop("limit"); stop("ping")
        if (connecting) { connected = false; connecting = false }
        if (!shown) return
        val most = min(seconds.getValue("redial_most"), seconds.getValue("redial") * 2.0.pow(failures))
        run("redial") {
            delay((1000 * (seconds.getValue("redial").let { if (most > it) Random.nextDouble(it, most) else it })).toLong())
            failures = min(failures + 1, 10)
            connected = false; connecting = true
            dial()
        }
    }

    // Loads, uploads, tokens

    private fun poll() {
        if (!shown || polling) return
        run("poll") { do { delay(ms("poll")); load() } while (meals.values.any { !it.finished }) }
    }

    private suspend fun load() {
        try {
            val told = network.list(token)
            for ((key, meal) in meals) if (!meal.finished) meal.status = told[key] ?: ""
        } catch (lost: Lost) { if (lost.status == 401) renew() }   // what is shown stays
    }

    private suspend fun upload(key: String) {
        val meal = meals.getValue(key)
        while (!meal.uploaded) {
            try { network.submit(key, meal.text, token); meal.uploaded = true }
            catch (lost: Lost) { if (lost.status == 401) renew(); delay(ms("upload")) }
        }
    }

    private fun renew() {                            // once, whoever asks first
        if ("renew" in jobs) return
        run("renew") { try { network.renew(refreshToken).let { (new, next) -> token = new; refreshToken = next } } catch (_: Lost) {} }
    }

    // Jobs by name: only the current one clears its entry

    private fun run(name: String, work: suspend CoroutineScope.() -> Unit) {
        stop(name)
        val job = scope.launch(start = CoroutineStart.LAZY, block = work)
        jobs[name] = job
        job.invokeOnCompletion { if (jobs[name] === job) jobs.remove(name) }
        job.start()
    }

    private fun stop(name: String) { jobs.remove(name)?.cancel() }
    private fun ms(name: String) = (1000 * seconds.getValue(name)).toLong()
}
