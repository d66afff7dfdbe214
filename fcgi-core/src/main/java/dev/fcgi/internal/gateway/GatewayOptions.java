package dev.fcgi.internal.gateway;

import dev.fcgi.client.FcgiClient;
import java.nio.file.Path;
import java.util.Map;

/**
 * The settings of a gateway.
 *
 * @param root null when there is none
 * @param scriptRoot the path of the root as the application sees it; null when there is none
 * @param mount SCRIPT_NAME of everything; null when paths lead to files
 * @param frontController null when there is none
 * @param streamBodies whether bodies are passed on as they arrive, or when they are complete
 * @param temporary where long bodies are stored until they are complete
 */
public record GatewayOptions(FcgiClient client, DocumentRoot root, String scriptRoot, String mount,
        String frontController, long maxBodyLength, boolean streamBodies, Path temporary, Map<String, String> params) {}
